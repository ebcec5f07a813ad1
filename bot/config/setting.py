"""The setting: what everything inside the bot knows of the config."""

from bot.config import Config
from bot.domain.world import Setting


def setting_of(config: Config) -> Setting:
    """Return what the config says without its secrets."""
    return Setting(
        language=config.language,
        zone=config.zone,
        calendar=config.calendar,
        campaigns=config.campaigns,
        admins=frozenset(config.admins),
    )
