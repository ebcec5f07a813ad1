"""The groups' reminder: which units below the group's have not reported, never which people."""

from collections.abc import Iterator

from bot.domain import days
from bot.jobs.beat import Beat, Push
from storage import silences

SHOWN = 20
"""Units that are named; of the others only the number is said."""


def remind_group(beat: Beat) -> Iterator[Push]:
    """Name the missing units in every group; nothing is said where nobody is missing."""
    zone = beat.world.setting.zone
    day = beat.world.today(beat.campaign, beat.slot.at)
    cut_off = days.cut_off(day, zone, beat.campaign)
    for chat, unit in beat.groups():
        missing = silences.missing(beat.tx, beat.world, beat.campaign, unit.id, day)
        if missing:
            facts = {
                "unit": unit,
                "campaign": beat.campaign,
                "several": len(beat.world.campaigns_of(unit.id)) > 1,
                "missing": [beat.world.tree[each] for each in missing[:SHOWN]],
                "count": len(missing),
                "expected": beat.world.expected_on(beat.campaign.code, unit.id, day),
                "cut_off": days.local(cut_off, zone).time(),
                "is_over": beat.now > cut_off,
            }
            yield Push(chat, "remind.group", facts, coalesce=f"remind_group:{beat.campaign.code}")
