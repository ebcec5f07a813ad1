"""The table of jobs: what each says, for how long it may still be said, and what becomes of missed ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.campaign import JobKind
from bot.jobs.beat import Beat, Push
from bot.jobs.countdown import countdown


class CatchUp(StrEnum):
    """What becomes of slots that passed while the bot was away, the newest within its window."""

    LATE = "late"  # the newest is sent and says that it is late; older ones are skipped
    MERGE = "merge"  # the newest is sent and speaks for the older ones too


@dataclass(frozen=True, slots=True)
class Kind:
    """One job. After `window` a slot is skipped and listed."""

    run: Callable[[Beat], Iterable[Push]]
    window: timedelta
    catch_up: CatchUp = CatchUp.LATE


KINDS: Mapping[JobKind, Kind] = MappingProxyType(
    {
        "countdown": Kind(countdown, timedelta(hours=8)),
    }
)
