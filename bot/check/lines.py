"""Lines: what is examined, and what was found, one line each."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.config import Config
from bot.control import Explain
from bot.domain.clock import Clock
from bot.domain.world import Setting


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Line(NamedTuple):
    """One line of the table."""

    level: Level
    subject: str
    text: str


@dataclass(frozen=True)
class Scene:
    """What is examined, and with what."""

    config: Config
    setting: Setting
    clock: Clock
    env: Mapping[str, str]
    explain: Explain


Check = Callable[[Scene], Awaitable[Iterable[Line]]]
