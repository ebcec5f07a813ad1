"""Owning: who may still change an entry. Posts and campaigns may have changed since it was made."""

from bot.domain.campaign import Campaign
from handlers.turn import Turn
from storage import audit
from storage.entries import Entry
from storage.people import Role


def campaign_of(turn: Turn, entry: Entry) -> Campaign | None:
    """Return the campaign of an entry that the speaker may change; says why not, and returns None, otherwise."""
    campaign = turn.world.setting.campaign(entry.slot.campaign)
    if entry.slot.unit not in turn.units(Role.OFFICER):
        audit.note(turn.tx, turn.now, turn.actor, "entry refused", entry=entry.id, unit=entry.slot.unit)
        turn.say("refusals.out_of_scope")
    elif campaign is None:
        turn.say("refusals.campaign_gone")
    else:
        return campaign
    return None
