"""Correcting: what is said of a locked day becomes a request, and counts when a commander says so."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain import days
from bot.domain.receipt import Outcome, Receipt
from bot.domain.text import clean
from handlers import matters, recording
from handlers.matters import Fate, Matter
from handlers.receipts import retire
from handlers.recording import Locked, Origin, Version
from handlers.turn import Turn, choice
from storage import audit, entries, people, requests
from storage.entries import Amounts, Entry, EntryKind, Slot
from storage.requests import Amendment, Correction, RequestState

LONGEST_REF = 12


def ask(turn: Turn, locked: Locked) -> None:
    """Put what was said of a locked day before the commanders; it takes the place of what was asked before."""
    for former in requests.corrections(turn.tx, locked.slot):
        _withdraw(turn, former)
        if former.request.person != turn.known.id:
            for account in people.accounts(turn.tx, turn.channel, former.request.person):
                turn.tell(account, "correcting.replaced", ref=former.request.ref, who=turn.known.name)
    incoming = turn.incoming
    said = int(incoming.moment.timestamp())
    amendment = Amendment(
        locked.slot, locked.given, locked.note, locked.mends, incoming.update, turn.chat.id, incoming.message, said
    )
    newest = entries.newest(turn.tx, amendment.slot)
    if matters.outcome(turn, amendment) == (newest.amounts if newest else {}):
        turn.say("correcting.unchanged", unit=turn.world.tree[amendment.slot.unit], day=amendment.slot.day)
        return
    asked = requests.ask_correction(turn.tx, turn.known.id, amendment, turn.now)
    matter = matters.shown(turn, asked)
    audit.note(turn.tx, turn.now, turn.actor, "correction asked", **_facts(matter))
    ref = asked.request.ref
    turn.say("correcting.asked", ((choice("withdraw", "withdraw", ref=ref),),), _subject(ref), m=matter)
    matters.tell(turn, asked)


def withdraw(turn: Turn, ref: str) -> None:
    """Take back a request of the speaker's own: the button, and the typed form with its reference."""
    found = requests.find(turn.tx, clean(ref, LONGEST_REF).lstrip("#").upper())
    if not isinstance(found, Correction) or turn.person is None or found.request.person != turn.person.id:
        turn.say("correcting.none_to_withdraw")
    elif found.request.state is not RequestState.OPEN:
        turn.say("deciding.decided_before", m=matters.shown(turn, found))
    else:
        _withdraw(turn, found)
        if not turn.pressed:
            turn.say("correcting.withdrawn", ref=found.request.ref)


def withdraw_newest(turn: Turn) -> bool:
    """Take back the speaker's newest open request; False where there is none."""
    newest = requests.newest_correction(turn.tx, turn.known.id) if turn.person else None
    if newest is None:
        return False
    withdraw(turn, newest.request.ref)
    return True


def overtake(turn: Turn, recorded: Receipt) -> None:
    """Take back what is asked for a locked day when it has been unlocked and spoken of anew."""
    counts = recorded.outcome not in (Outcome.UNCHANGED, Outcome.QUESTIONED)
    today = turn.world.today(recorded.campaign, turn.incoming.moment)
    if counts and days.is_locked(recorded.day, today, recorded.campaign):
        settle(turn, entries.get(turn.tx, recorded.entry).slot)


def settle(turn: Turn, slot: Slot) -> None:
    """Take back all that is asked for a slot, since a newer word stands there."""
    for former in requests.corrections(turn.tx, slot):
        _withdraw(turn, former)


def _withdraw(turn: Turn, correction: Correction) -> None:
    request = correction.request
    requests.decide(turn.tx, request, RequestState.WITHDRAWN, turn.actor, turn.now)
    matter = replace(matters.shown(turn, correction), fate=Fate.WITHDRAWN, who=turn.known.name)
    audit.note(turn.tx, turn.now, turn.actor, "correction withdrawn", **_facts(matter))
    turn.rewrite(_subject(request.ref), "correcting.withdrawn", ref=request.ref)
    matters.close(turn, matter)


def decide(turn: Turn, correction: Correction, *, yes: bool, reason: str) -> None:
    """Let a correction count, or not; the officer is told by whom and why."""
    request, amendment = correction.request, correction.amendment
    amounts = matters.outcome(turn, amendment) if yes else None
    if yes and (amounts is None or turn.world.setting.campaign(amendment.slot.campaign) is None):
        _withdraw(turn, correction)
        turn.say("correcting.idle", ref=request.ref)
        return
    state = RequestState.APPROVED if yes else RequestState.REJECTED
    matter = replace(matters.shown(turn, correction), fate=Fate(state.value), who=turn.known.name, reason=reason)
    requests.decide(turn.tx, request, state, turn.actor, turn.now, reason)
    entry = None if amounts is None else _count(turn, correction, amounts)
    audit.note(turn.tx, turn.now, turn.actor, f"correction {state.value}", **_facts(matter, entry))
    matters.close(turn, matter)
    if not turn.pressed:  # a press shows its effect on the message that it was under
        turn.say("deciding.decided", m=matter)
    ref = entry.ref if entry else ""
    # What was asked may stand in a group, where the reason is nobody else's.
    turn.rewrite(_subject(request.ref), "correcting.outcome", m=replace(matter, reason=""), entry=ref)
    for account in people.accounts(turn.tx, turn.channel, request.person):
        turn.tell(account, "correcting.outcome", m=matter, entry=ref)


def _count(turn: Turn, correction: Correction, amounts: Amounts) -> Entry:
    """Append the entry in the words of whoever asked, as of when they were said."""
    amendment = correction.amendment
    newest = entries.newest(turn.tx, amendment.slot)
    answered = [
        each.id for each in entries.questions(turn.tx, amendment.slot) if set(each.given) & set(amendment.given)
    ]
    moment = datetime.fromtimestamp(amendment.said, UTC)
    origin = Origin(correction.request.person, amendment.update, amendment.chat, amendment.message, moment)
    version = Version(
        EntryKind.CORRECTION, amendment.given, amounts, amendment.note, amendment.mends if amendment.given else None
    )
    entry = recording.store(turn, amendment.slot, version, newest, origin)
    for old in (*([newest.id] if newest else []), *answered):
        retire(turn, old, entry.ref)
    return entry


def _facts(matter: Matter, entry: Entry | None = None) -> dict[str, object]:
    """Return what the audit keeps of a correction."""
    facts: dict[str, object] = {
        "request": matter.ref,
        "unit": matter.unit.code,
        "campaign": matter.campaign.code if matter.campaign else "",
        "day": matter.day.isoformat() if matter.day else "",
        "changes": [[change.name, change.old, change.new] for change in matter.changes],
    }
    if matter.reason:
        facts["reason"] = matter.reason
    if entry is not None:
        facts |= {"entry": entry.id, "ref": entry.ref}
    return facts


def _subject(ref: str) -> str:
    return f"asked:{ref}"
