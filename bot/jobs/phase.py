"""Phases: the result of the one that ended, and what the one that begins asks for."""

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.campaign import Phase
from bot.jobs.beat import Beat, Push
from storage.statuses import unit_status

_DAY = timedelta(days=1)


def phase(beat: Beat) -> Iterator[Push]:
    """Tell every group how its unit ended a phase, what the next one asks for, or both on a day between two."""
    day, eve = beat.slot.day, beat.slot.day - _DAY
    ended = next((each for each in beat.campaign.phases if each.ends == eve), None)
    begins = _begins(beat)
    for chat, unit in beat.groups():
        yield Push(
            chat,
            "phase.phase",
            {
                "ended": ended,
                "result": unit_status(beat.tx, beat.world, beat.campaign, unit, eve) if ended else None,
                "begins": begins,
                "status": unit_status(beat.tx, beat.world, beat.campaign, unit, day),
            },
            coalesce=f"phase:{beat.campaign.code}",
        )


def _begins(beat: Beat) -> Phase | None:
    """Return the phase that begins on this day; a campaign without phases begins as one."""
    day, campaign = beat.slot.day, beat.campaign
    if day > campaign.deadline:
        return None
    whole = Phase(name=campaign.name, ends=campaign.deadline)
    return next((each for each in campaign.phases if day <= each.ends), whole)
