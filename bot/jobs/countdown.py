"""The countdown: days left to the deadline, with what is still missing; its own words for the end."""

from collections.abc import Iterator

from bot.domain import days
from bot.jobs.beat import Beat, Push
from storage.statuses import unit_status


def countdown(beat: Beat) -> Iterator[Push]:
    """Tell every group how many days are left for its unit, never fewer than none."""
    for chat, unit in beat.groups():
        status = unit_status(beat.tx, beat.world, beat.campaign, unit, beat.slot.day)
        yield Push(
            chat,
            "countdown.countdown",
            {"status": status, "stage": days.stage(beat.slot.day, beat.campaign)},
            coalesce=f"countdown:{beat.campaign.code}",
        )
