"""Matters: what waits for a commander's decision, as it is shown: requests, and values that are asked about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain import questions
from bot.domain.campaign import Campaign
from bot.domain.changes import Change, changes
from bot.domain.questions import Doubt
from bot.domain.units import Unit, UnitId
from handlers import policy, recording
from handlers.evidence import gather
from handlers.turn import Choices, Turn, choice
from storage import entries, outbox, people, requests
from storage.entries import Amounts, Entry, EntryKind, EntryState, Slot
from storage.requests import Amendment, Correction, Request, RequestKind, RequestState

Thing = Request | Correction | Entry


class Kind(StrEnum):
    """What is to be decided."""

    JOIN = "join"
    CORRECTION = "correction"
    QUESTION = "question"
    ERASE = "erase"


class Fate(StrEnum):
    """What became of a matter; a question may also be answered by its author."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Matter:
    """One of them: who asks, since when (Unix seconds), and what it would change.

    `takes_back`: the report is to be taken back. `who` has decided, for the `reason`; both empty while it is open.
    """

    kind: Kind
    ref: str
    unit: Unit
    name: str
    asked: int
    fate: Fate
    campaign: Campaign | None = None
    day: date | None = None
    changes: tuple[Change, ...] = ()
    takes_back: bool = False
    note: str = ""
    doubts: tuple[Doubt, ...] = ()
    who: str = ""
    reason: str = ""


def find(turn: Turn, ref: str) -> Thing | None:
    """Return what bears this reference: a request, or an entry that was asked about; None otherwise."""
    found = requests.find(turn.tx, ref)
    if found is not None:
        return found
    entry = entries.find(turn.tx, ref)
    return entry if entry is not None and entry.state is EntryState.QUESTIONED else None


def waiting(turn: Turn) -> list[Thing]:
    """Return what waits for the speaker, oldest first."""
    things: list[Thing] = [*requests.waiting(turn.tx), *entries.all_questions(turn.tx)]
    return sorted((thing for thing in things if may_decide(turn, thing)), key=when)


def when(thing: Thing) -> tuple[int, int, int]:
    """Return since when a thing waits, and what tells it from others of the same second."""
    if isinstance(thing, Entry):
        return thing.recorded, 1, thing.id
    request = thing.request if isinstance(thing, Correction) else thing
    return request.created, 0, request.id


def unit_of(thing: Thing) -> UnitId:
    """Return the unit that a thing concerns."""
    if isinstance(thing, Entry):
        return thing.slot.unit
    return thing.request.unit if isinstance(thing, Correction) else thing.unit


def may_decide(turn: Turn, thing: Thing) -> bool:
    """Tell whether the speaker may decide: who commands the unit.

    Of posts nobody their own, nor that of somebody whom they invited; of the data of a person only an admin.
    """
    unit = unit_of(thing)
    if unit not in turn.world.tree.units or not policy.commands(turn, unit):
        return False
    if not isinstance(thing, Request):
        return True
    if thing.kind is RequestKind.ERASE:
        return turn.is_admin
    own = turn.person is not None and turn.person.id == thing.person
    invited = bool(thing.invited_by) and thing.invited_by == turn.actor and not turn.is_admin
    return not own and not invited


def shown(turn: Turn, thing: Thing) -> Matter:
    """Return a thing as it is shown now."""
    if isinstance(thing, Entry):
        return _question(turn, thing)
    if isinstance(thing, Correction):
        return _correction(turn, thing)
    name = people.name(turn.tx, thing.person)
    return Matter(
        Kind(thing.kind.value),
        thing.ref,
        turn.world.tree[thing.unit],
        name,
        thing.created,
        Fate(thing.state.value),
        who=decider(turn, thing.decided_by),
        reason=thing.reason,
    )


def _correction(turn: Turn, correction: Correction) -> Matter:
    request, amendment = correction.request, correction.amendment
    campaign = turn.world.setting.campaign(amendment.slot.campaign)
    after = outcome(turn, amendment) if request.state is RequestState.OPEN else None
    return Matter(
        Kind.CORRECTION,
        request.ref,
        turn.world.tree[request.unit],
        people.name(turn.tx, request.person),
        request.created,
        Fate(request.state.value),
        campaign=campaign,
        day=amendment.slot.day,
        changes=changes(campaign, _standing(turn, amendment.slot), after) if campaign and after is not None else (),
        takes_back=not amendment.given,
        note=amendment.note,
        who=decider(turn, request.decided_by),
        reason=request.reason,
    )


def _question(turn: Turn, entry: Entry) -> Matter:
    campaign = turn.world.setting.campaign(entry.slot.campaign)
    standing = _standing(turn, entry.slot)
    amounts = {**standing, **entry.given}
    doubts = questions.doubts(campaign, gather(turn, campaign, entry.slot, amounts, entry.given)) if campaign else ()
    fate, answer = Fate.OPEN, None
    if not entries.is_open(turn.tx, entry.id):
        answer = entries.answer_to(turn.tx, entry)
        fate = _FATES.get(answer.kind, Fate.WITHDRAWN) if answer else Fate.WITHDRAWN
    return Matter(
        Kind.QUESTION,
        entry.ref,
        turn.world.tree[entry.slot.unit],
        people.name(turn.tx, entry.author),
        entry.recorded,
        fate,
        campaign=campaign,
        day=entry.slot.day,
        changes=changes(campaign, standing, amounts) if campaign and fate is Fate.OPEN else (),
        note=entry.note,
        doubts=doubts,
        who=people.name(turn.tx, answer.author) if answer else "",
        reason=answer.note if answer and fate is Fate.REJECTED else "",
    )


_FATES = {EntryKind.CONFIRM: Fate.APPROVED, EntryKind.DROP: Fate.REJECTED}


def _standing(turn: Turn, slot: Slot) -> Amounts:
    newest = entries.newest(turn.tx, slot)
    return newest.amounts if newest else {}


def outcome(turn: Turn, amendment: Amendment) -> Amounts | None:
    """Return the whole report as an amendment would make it now; None where there is nothing left to take back."""
    newest = entries.newest(turn.tx, amendment.slot)
    standing = newest.amounts if newest else {}
    if amendment.mends is None or newest is None:
        return {**standing, **amendment.given} if amendment.given else None
    mended = entries.get(turn.tx, amendment.mends)
    if not amendment.given:
        return recording.before(turn, newest) if newest.id == mended.id else None
    base = recording.without(turn, mended, newest) if recording.still_says(newest, mended) else standing
    return {**base, **amendment.given}


def decider(turn: Turn, actor: str) -> str:
    """Return the name of whoever the audit calls so; empty where it is not known."""
    kind, _, number = actor.partition(":")
    return people.name(turn.tx, int(number)) if kind == "person" else ""


def commanders(turn: Turn, unit: UnitId) -> Iterator[int]:
    """Yield the accounts that answer for a unit, the nearest first; the admins where it has no commander."""
    found = people.commanders(turn.tx, turn.world.tree.path(unit))
    accounts = [account for person in found for account in people.accounts(turn.tx, turn.channel, person)]
    yield from dict.fromkeys(accounts or sorted(turn.world.setting.admins))


def tell(turn: Turn, thing: Thing) -> None:
    """Put a matter before those who may decide it, once each."""
    matter = shown(turn, thing)
    for account in commanders(turn, matter.unit.id):
        if outbox.find(turn.tx, _subject(matter, account)) is None:
            turn.tell(account, "deciding.card", verdicts(matter), _subject(matter, account), m=matter)


def verdicts(matter: Matter) -> Choices:
    """Return the buttons under the card of one matter."""
    return ((choice("approve", "approve", ref=matter.ref), choice("reject", "reject", ref=matter.ref)),)


def close(turn: Turn, matter: Matter) -> None:
    """Show on every card what became of a matter, and take its buttons away."""
    for account in dict.fromkeys((*commanders(turn, matter.unit.id), turn.account)):
        turn.rewrite(_subject(matter, account), "deciding.decided", m=matter)


def _subject(matter: Matter, account: int) -> str:
    return f"matter:{matter.ref}:{account}"
