"""Recording: an entry is judged, stored, counted, and answered with a receipt."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.domain import days, questions
from bot.domain.campaign import Campaign, Entered, Key, Policy
from bot.domain.days import Openness
from bot.domain.questions import Doubt
from bot.domain.receipt import Outcome, Receipt
from bot.domain.tally import Amount
from bot.domain.units import Unit, UnitId
from handlers import reminding
from handlers.evidence import gather, running_before
from handlers.receipts import receipt
from handlers.turn import Turn
from storage import entries, tallies
from storage.entries import Amounts, Entry, EntryKind, EntryState, NewEntry, Slot


@dataclass(frozen=True, slots=True)
class Closed:
    """The day takes no reports."""

    day: date
    why: Openness


@dataclass(frozen=True, slots=True)
class Negative:
    """An adjustment by `change` would leave less than nothing of what `stands`."""

    key: Key
    stands: int
    change: int


Recorded = Receipt | Closed | Negative


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says about a slot: new amounts, or adjustments of what stands there."""

    campaign: Campaign
    unit: Unit
    day: date
    amounts: Mapping[Key, Amount]
    note: str = ""
    kind: EntryKind = EntryKind.LINE


def slot_of(turn: Turn, campaign: Campaign, unit: UnitId, day: date) -> Slot:
    """Return the slot that a report of the speaker fills."""
    person = turn.known.id if campaign.policy is Policy.SUM_OF_OFFICERS else 0
    return Slot(campaign.code, unit, day, person)


def openness(turn: Turn, campaign: Campaign, day: date) -> Openness:
    """Return whether a day takes changes now: by the message's own time, and an edit by the edit's."""
    return days.is_open(day, turn.world.today(campaign, turn.incoming.moment), campaign)


def record(turn: Turn, said: Statement, base: Amounts | None = None, mends: Entry | None = None) -> Recorded:
    """Take a statement in: counted at once when plausible, stored as questioned when not.

    What is not mentioned stays as it stands, in `base` or else in the newest version. `mends` is the
    entry whose message was edited: if that one is still questioned, this is its answer.
    """
    why = openness(turn, said.campaign, said.day)
    if why is not Openness.OPEN:
        return Closed(said.day, why)
    slot = slot_of(turn, said.campaign, said.unit.id, said.day)
    newest = entries.newest(turn.tx, slot)
    standing = newest.amounts if newest else {}
    amounts = dict(standing if base is None else base)
    given = _resolve(turn, slot, said, amounts)
    for key, value in given.items():
        if value < 0:
            change = said.amounts[key].value
            return Negative(key, value - change, change)
    amounts |= given
    asked = tuple(each.id for each in entries.questions(turn.tx, slot) if set(each.given) & set(given))
    if newest and amounts == standing and not asked and said.note in {"", newest.note}:
        return receipt(turn, said.campaign, newest, Outcome.UNCHANGED)
    doubts = questions.doubts(said.campaign, gather(turn, said.campaign, slot, amounts, given))
    entry = _append(turn, slot, said.kind, given, amounts, newest, doubts=doubts, note=said.note, answers=mends)
    if doubts:
        return replace(receipt(turn, said.campaign, entry, Outcome.QUESTIONED, newest, answers=asked), doubts=doubts)
    return receipt(
        turn, said.campaign, entry, Outcome.REPLACED if standing else Outcome.RECORDED, newest, answers=asked
    )


def _resolve(turn: Turn, slot: Slot, said: Statement, base: Amounts) -> Amounts:
    """Turn adjustments into amounts. A day without results leaves a running total where it was."""
    nothing = said.amounts == dict.fromkeys(said.campaign.keys, Amount(0))
    given: dict[Key, int] = {}
    for key, amount in said.amounts.items():
        running = said.campaign.metric(key.metric).entry is Entered.CUMULATIVE
        if running and (nothing or (amount.signed and key not in base)):
            given[key] = running_before(turn, slot, key) + amount.value
        else:
            given[key] = base.get(key, 0) + amount.value if amount.signed else amount.value
    return given


def confirm(turn: Turn, campaign: Campaign, questioned: Entry) -> Recorded:
    """Count a questioned entry as it was said, on top of what stands now."""
    why = openness(turn, campaign, questioned.slot.day)
    if why is not Openness.OPEN:
        return Closed(questioned.slot.day, why)
    newest = entries.newest(turn.tx, questioned.slot)
    standing = newest.amounts if newest else {}
    entry = _append(
        turn,
        questioned.slot,
        EntryKind.CONFIRM,
        questioned.given,
        {**standing, **questioned.given},
        newest,
        note=questioned.note,
        answers=questioned,
    )
    outcome = Outcome.REPLACED if standing else Outcome.RECORDED
    return receipt(turn, campaign, entry, outcome, newest, answers=(questioned.id,))


def drop(turn: Turn, questioned: Entry) -> None:
    """Note that a questioned entry was wrong: it never counts."""
    entry = _new(turn, questioned.slot, EntryKind.DROP, {}, {}, None)
    stored = entries.append(turn.tx, replace(entry, state=EntryState.DROPPED, answers=questioned.id))
    tallies.settle(turn.tx, turn.world, stored)


def undo(turn: Turn, campaign: Campaign, entry: Entry) -> Recorded | None:
    """Take an entry back, so that the version before stands again; None when it is not the newest."""
    why = openness(turn, campaign, entry.slot.day)
    if why is not Openness.OPEN:
        return Closed(entry.slot.day, why)
    newest = entries.newest(turn.tx, entry.slot)
    if newest is None or newest.id != entry.id or not newest.amounts:
        return None
    back = _append(turn, entry.slot, EntryKind.UNDO, {}, before(turn, newest), newest)
    return receipt(turn, campaign, back, Outcome.UNDONE if back.amounts else Outcome.WITHDRAWN, newest)


def move_away(turn: Turn, entry: Entry) -> Entry | None:
    """Take what an entry says out of its day, since its message means another one; return what it supersedes."""
    if entries.is_open(turn.tx, entry.id):
        drop(turn, entry)
        return entry
    newest = entries.newest(turn.tx, entry.slot)
    if newest is None or not still_says(newest, entry):
        return None
    _append(turn, entry.slot, EntryKind.MOVED, {}, without(turn, entry, newest), newest)
    return newest


def before(turn: Turn, entry: Entry) -> Amounts:
    """Return the report as it stood before an entry."""
    return entries.get(turn.tx, entry.supersedes).amounts if entry.supersedes else {}


def without(turn: Turn, entry: Entry, newest: Entry) -> Amounts:
    """Return the report that stands, as it would be had the message of an entry never been written."""
    rest = {key: amount for key, amount in newest.amounts.items() if key not in entry.given}
    former = before(turn, _origin(turn, entry))
    return rest | {key: former[key] for key in entry.given if key in former}


def _origin(turn: Turn, entry: Entry) -> Entry:
    """Return the first version of the entry's message that its later versions took the place of, one by one.

    An adjustment that is edited twice must be reckoned from what stood before its first version; from the
    version before it alone, the first adjustment would be added again.
    """
    first = entry
    for older in entries.versions(turn.tx, entry):
        superseded = entries.get(turn.tx, first.supersedes) if first.supersedes else None
        if superseded is None or not still_says(superseded, older):
            break
        first = older
    return first


def still_says(newest: Entry, entry: Entry) -> bool:
    """Tell whether all that an entry said still stands in the newest version."""
    return bool(entry.given) and all(newest.amounts.get(key) == value for key, value in entry.given.items())


def _new(turn: Turn, slot: Slot, kind: EntryKind, given: Amounts, amounts: Amounts, newest: Entry | None) -> NewEntry:
    campaign = turn.world.setting.campaign(slot.campaign)
    on_time = campaign is not None and days.is_on_time(
        turn.incoming.moment, slot.day, turn.world.setting.zone, campaign
    )
    return NewEntry(
        slot=slot,
        author=turn.known.id,
        kind=kind,
        state=EntryState.ACCEPTED,
        given=given,
        amounts=amounts,
        update=turn.incoming.update,
        chat=turn.chat.id,
        message=turn.incoming.message,
        said=int(turn.incoming.moment.timestamp()),
        recorded=turn.now,
        on_time=on_time,
        supersedes=newest.id if newest else None,
    )


def _append(
    turn: Turn,
    slot: Slot,
    kind: EntryKind,
    given: Amounts,
    amounts: Amounts,
    newest: Entry | None,
    *,
    doubts: tuple[Doubt, ...] = (),
    note: str = "",
    answers: Entry | None = None,
) -> Entry:
    new = replace(
        _new(turn, slot, kind, given, amounts, newest),
        state=EntryState.QUESTIONED if doubts else EntryState.ACCEPTED,
        doubts=tuple(doubt.kind.value for doubt in doubts),
        note=note,
        answers=answers.id if answers else None,
    )
    entry = entries.append(turn.tx, new)
    tallies.settle(turn.tx, turn.world, entry)
    if entry.state is EntryState.ACCEPTED and entry.amounts:
        reminding.quieten(turn, slot)
    return entry
