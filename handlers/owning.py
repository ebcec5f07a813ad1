"""Owning: who may still change an entry. Posts and campaigns may have changed since it was made."""

from bot.domain.campaign import Campaign
from handlers.turn import Turn
from storage import audit, people
from storage.entries import Entry
from storage.people import Role


def campaign_of(turn: Turn, entry: Entry) -> Campaign | None:
    """Return the campaign of an entry that the speaker may change; says why not, and returns None, otherwise."""
    campaign = turn.world.setting.campaign(entry.slot.campaign)
    if entry.slot.unit not in turn.units(Role.OFFICER):
        refuse(turn, "entry refused", entry=entry.id, unit=entry.slot.unit)
    elif campaign is None or campaign.archived:
        turn.say("refusals.campaign_gone")
    else:
        return campaign
    return None


def refuse(turn: Turn, what: str, **facts: int | str) -> None:
    """Say that this is out of the speaker's scope, and note that it was tried."""
    audit.note(turn.tx, turn.now, turn.actor, what, **facts)
    turn.say("refusals.out_of_scope")


def acting(turn: Turn) -> Turn:
    """Return the turn with its speaker as a known person: an admin decides without ever having held a post."""
    if turn.person is not None:
        return turn
    name = turn.incoming.speaker.name if turn.incoming.speaker else ""
    people.enrol(turn.tx, turn.channel, turn.account, name=name, now=turn.now)
    return turn._replace(person=people.find(turn.tx, turn.channel, turn.account))
