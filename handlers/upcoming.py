"""Upcoming: what the bot is going to say by itself, and what it has left out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.campaign import Campaign
from bot.domain.schedule import Slot
from bot.domain.units import UnitId
from bot.jobs.beat import Push
from bot.jobs.preview import Planned, planned
from handlers import policy
from handlers.turn import Turn
from storage import ledger, people

SPAN = timedelta(days=2)
SKIPPED = timedelta(days=7)
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sending:
    """One line of the schedule: when, what, to which groups and to how many people."""

    slot: Slot
    at: datetime
    groups: tuple[str, ...]
    people: int


def show(turn: Turn, _: str) -> None:
    """Answer `/lich` with what goes to chats that the speaker commands."""
    moment = turn.incoming.moment
    mine = {campaign.code for campaign in turn.world.setting.campaigns if _concerns(turn, campaign)}
    coming = planned(turn.tx, turn.world, turn.channel, turn.texts, moment, SPAN)
    sendings = [_sending(turn, each) for each in coming if each.slot.campaign in mine]
    skipped = [
        run for run in ledger.skipped_since(turn.tx, turn.now - int(SKIPPED.total_seconds())) if run.campaign in mine
    ]
    turn.say(
        "schedule.schedule",
        sendings=sendings[:SHOWN],
        more=max(0, len(sendings) - SHOWN),
        skipped=skipped[:SHOWN],
        campaigns={campaign.code: campaign.name for campaign in turn.world.setting.campaigns} if len(mine) > 1 else {},
    )


def _concerns(turn: Turn, campaign: Campaign) -> bool:
    """Tell whether the speaker commands anything in a campaign."""
    root = turn.world.root(campaign)
    if root is None:
        return False
    units = turn.units(people.Role.COMMANDER)
    return turn.is_admin or any(
        turn.world.tree.covers(root.id, unit) or turn.world.tree.covers(unit, root.id) for unit in units
    )


def _sending(turn: Turn, each: Planned) -> Sending:
    mine = [push for push in each.pushes if _is_mine(turn, push)]
    groups = tuple(push.chat.title for push in mine if not push.chat.private)
    at = each.at.astimezone(turn.world.setting.zone)
    return Sending(each.slot, at, groups, sum(push.chat.private for push in mine))


def _is_mine(turn: Turn, push: Push) -> bool:
    """Tell whether a push goes to a group or a person below the speaker."""
    if not push.chat.private:
        return push.chat.unit is not None and policy.commands(turn, UnitId(push.chat.unit))
    person = people.find(turn.tx, turn.channel, push.chat.external)
    return person is not None and any(policy.commands(turn, post.unit) for post in person.posts)
