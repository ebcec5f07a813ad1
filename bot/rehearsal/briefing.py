"""The briefing: what the bot's own process is told before a rehearsal begins."""

import pickle
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from bot.config import Config
from bot.domain.world import Setting
from bot.rehearsal.scene import Starter


@dataclass(frozen=True)
class Briefing:
    """How to start the bot, with which config, when the clock began and in which file its face is.

    `start` must be something that another process can import by its name, as `bot.app.running` is.
    """

    config: Config
    setting: Setting
    start: Starter
    begin: datetime
    face: Path

    @property
    def token(self) -> SecretStr:
        """Return the token that the embedded server takes, whatever the environment says."""
        if self.config.telegram.token is None:
            raise LookupError("telegram.token")
        return self.config.telegram.token

    def leave(self, path: Path) -> None:
        """Write it down in the rehearsal's own folder, which nobody else can write to."""
        path.write_bytes(pickle.dumps(self))

    @staticmethod
    def find(path: Path) -> "Briefing":
        """Return what was left there."""
        found = pickle.loads(path.read_bytes())  # noqa: S301  (left there by the process that started this one)
        if not isinstance(found, Briefing):
            raise TypeError(type(found))
        return found
