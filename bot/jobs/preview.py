"""A look ahead: what the bot is going to say, where, and to how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.schedule import Slot, upcoming
from bot.domain.world import World
from bot.jobs.beat import Beat, Push
from bot.jobs.kinds import KINDS
from bot.render.texts import Texts
from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Planned:
    """A push to come, as it would be said with today's figures. `at` is when it leaves: quiet hours put it off."""

    slot: Slot
    at: datetime
    pushes: tuple[Push, ...]


def planned(
    tx: Tx, world: World, channel: str, texts: Mapping[str, Texts], now: datetime, span: timedelta
) -> list[Planned]:
    """Return what falls due within `span` from now, in order. Nothing is written: jobs only read."""
    setting, found = world.setting, []
    for slot in upcoming(setting.campaigns, setting.calendar, setting.zone, now, span):
        campaign = setting.campaign(slot.campaign)
        if campaign is not None and world.root(campaign) is not None and slot.job in KINDS:
            at = _after_quiet(world, slot.at)
            beat = Beat(tx, world, campaign, slot, channel, texts, at)
            found.append(Planned(slot, at, tuple(KINDS[slot.job].run(beat))))
    return sorted(found, key=lambda each: each.at)


def _after_quiet(world: World, at: datetime) -> datetime:
    """Return the moment itself, or the end of the quiet hours that it lies in."""
    setting = world.setting
    local = at.astimezone(setting.zone)
    if not setting.calendar.is_quiet(local.time()):
        return at
    ends = setting.calendar.quiet[1]
    day = local.date() if local.time() < ends else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, setting.zone)
