"""What tests of backups share."""

from pathlib import Path

from bot.clockwork import by_hand
from bot.config import Config
from bot.keeper import Keeper
from tests.stage import Stage


def keeper_of(bot: Stage) -> Keeper:
    """Return a keeper of the bot's file whom nobody wakes."""
    return Keeper(bot.store, bot.setting, bot.config.storage.path, bot.config.backup, bot.clock, by_hand)


def copies(config: Config) -> list[Path]:
    """Return the backups, oldest first."""
    return sorted(config.backup.folder_of(config.storage.path).iterdir())
