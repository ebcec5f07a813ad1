"""Recording: an entry is judged, stored, counted, and answered with a receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from bot.domain import days, questions
from bot.domain.campaign import Campaign, Key, Policy
from bot.domain.days import Openness
from bot.domain.messages import Said
from bot.domain.questions import Doubt
from bot.domain.receipt import Outcome, Receipt
from bot.domain.tally import Amount
from bot.domain.units import Unit, UnitId
from handlers import reminding
from handlers.evidence import gather, running_before
from handlers.receipts import receipt
from handlers.turn import Turn
from storage import entries, tallies, unlocks
from storage.entries import Amounts, Entry, EntryKind, EntryState, Slot


@dataclass(frozen=True, slots=True)
class Closed:
    """The day takes no reports, or none of this unit."""

    day: date
    why: Openness
    unit: UnitId


@dataclass(frozen=True, slots=True)
class Negative:
    """An adjustment by `change` would leave less than nothing of what `stands`."""

    key: Key
    stands: int
    change: int


@dataclass(frozen=True, slots=True)
class Locked:
    """The day is locked: what was said may become a request. Nothing given takes back the entry that it mends."""

    slot: Slot
    given: Amounts
    note: str = ""
    mends: int | None = None


@dataclass(frozen=True, slots=True)
class Overtaken:
    """An old message that had counted for nothing was edited, after `newest` had spoken of the same."""

    newest: Entry


Recorded = Receipt | Closed | Negative | Locked | Overtaken


class Statement(NamedTuple):
    """What somebody says about a slot: new amounts, or adjustments of what stands there."""

    campaign: Campaign
    unit: Unit
    day: date
    amounts: Mapping[Key, Amount]
    note: str = ""
    kind: EntryKind = EntryKind.LINE


TAKEN = frozenset({Openness.OPEN, Openness.LOCKED})
"""What may be said of a day: it counts, or becomes a request."""


def slot_of(turn: Turn, campaign: Campaign, unit: UnitId, day: date) -> Slot:
    """Return the slot that a report of the speaker fills."""
    person = turn.known.id if campaign.policy is Policy.SUM_OF_OFFICERS else 0
    return Slot(campaign.code, unit, day, person)


class Origin(NamedTuple):
    """Whose words an entry keeps, the message that they stood in, and when they were said."""

    author: int
    update: int
    chat: int
    message: int
    moment: datetime


class Version(NamedTuple):
    """What an entry is to say: `given` by the message, `amounts` the whole report after it."""

    kind: EntryKind
    given: Amounts
    amounts: Amounts
    note: str = ""
    answers: int | None = None
    doubts: tuple[Doubt, ...] = ()


def openness(turn: Turn, campaign: Campaign, day: date, unit: UnitId) -> Openness:
    """Return whether a unit's day takes changes now: by the message's own time, and an edit by the edit's."""
    if turn.world.tree.is_closed(unit, day):
        return Openness.UNIT_CLOSED
    found = days.is_open(day, turn.world.today(campaign, turn.incoming.moment), campaign)
    if found is Openness.LOCKED:
        moment = int(turn.incoming.moment.timestamp())
        if unlocks.opens(turn.tx, campaign.code, turn.world.tree.path(unit), day, moment):
            return Openness.OPEN
    return found


def record(turn: Turn, said: Statement, base: Amounts | None = None, mends: Entry | None = None) -> Recorded:
    """Take a statement in: counted at once when plausible, stored as questioned when not.

    What is not mentioned stays as it stands, in `base` or else in the newest version. `mends` is the
    entry whose message was edited: if that one is still questioned, this is its answer.
    """
    why = openness(turn, said.campaign, said.day, said.unit.id)
    if why not in TAKEN:
        return Closed(said.day, why, said.unit.id)
    slot = slot_of(turn, said.campaign, said.unit.id, said.day)
    newest, waiting = entries.said(turn.tx, slot)
    standing = newest.amounts if newest else {}
    amounts = dict(standing if base is None else base)
    given = resolve(turn, slot, said, amounts)
    if untaken := _untaken(turn, slot, said, given):
        return untaken
    if why is Openness.LOCKED:
        return Locked(slot, given, said.note, mends.id if mends else None)
    amounts |= given
    asked = tuple([each.id for each in waiting if not each.given.keys().isdisjoint(given)])
    if newest and amounts == standing and not asked and said.note in {"", newest.note}:
        return receipt(turn, said.campaign, newest, Outcome.UNCHANGED)
    evidence = gather(turn, said.campaign, slot, amounts, given, first=newest is None)
    doubts = questions.doubts(said.campaign, evidence)
    version = Version(said.kind, given, amounts, said.note, mends.id if mends else None, doubts)
    entry = store(turn, slot, version, newest)
    if doubts:
        return receipt(turn, said.campaign, entry, Outcome.QUESTIONED, newest, answers=asked)._replace(doubts=doubts)
    return receipt(
        turn, said.campaign, entry, Outcome.REPLACED if standing else Outcome.RECORDED, newest, answers=asked
    )


def _untaken(turn: Turn, slot: Slot, said: Statement, given: Amounts) -> Negative | Overtaken | None:
    """Return what keeps a statement from being taken, if anything does."""
    for key, value in given.items():
        if value < 0:
            change = said.amounts[key].value
            return Negative(key, value - change, change)
    if turn.incoming.said is Said.EDIT and said.kind is EntryKind.LINE:  # an edit of which no entry knows
        for later in entries.said_since(turn.tx, slot, turn.incoming.at):
            if not later.given.keys().isdisjoint(given):
                return Overtaken(later)
    return None


def resolve(turn: Turn, slot: Slot, said: Statement, base: Amounts) -> Amounts:
    """Turn adjustments into amounts. A day without results leaves a running total where it was."""
    given: dict[Key, int] = {}
    for key, amount in said.amounts.items():
        if key in said.campaign.running and (_is_nothing(said) or (amount.signed and key not in base)):
            given[key] = running_before(turn, slot, key) + amount.value
        else:
            given[key] = base.get(key, 0) + amount.value if amount.signed else amount.value
    return given


def _is_nothing(said: Statement) -> bool:
    return said.amounts == dict.fromkeys(said.campaign.keys, Amount(0))


def confirm(turn: Turn, campaign: Campaign, questioned: Entry, *, on_time: bool | None = None) -> Receipt:
    """Count a questioned entry as it was said, on top of what stands now.

    `on_time` keeps the first words' own mark where it is not their author who lets them count.
    """
    newest = entries.newest(turn.tx, questioned.slot)
    standing = newest.amounts if newest else {}
    amounts = {**standing, **questioned.given}
    version = Version(EntryKind.CONFIRM, questioned.given, amounts, questioned.note, questioned.id)
    entry = store(turn, questioned.slot, version, newest, on_time=on_time)
    outcome = Outcome.REPLACED if standing else Outcome.RECORDED
    return receipt(turn, campaign, entry, outcome, newest, answers=(questioned.id,))


def drop(turn: Turn, questioned: Entry, reason: str = "") -> None:
    """Note that a questioned entry was wrong: it never counts."""
    new = _new(turn, questioned.slot, Version(EntryKind.DROP, {}, {}, reason, questioned.id), None, _spoken(turn))
    stored = entries.append(turn.tx, new._replace(state=EntryState.DROPPED))
    tallies.settle(turn.tx, turn.world, stored)


def undo(turn: Turn, campaign: Campaign, entry: Entry) -> Recorded | None:
    """Take an entry back, so that the version before stands again; None when it is not the newest."""
    why = openness(turn, campaign, entry.slot.day, entry.slot.unit)
    if why not in TAKEN:
        return Closed(entry.slot.day, why, entry.slot.unit)
    newest = entries.newest(turn.tx, entry.slot)
    if newest is None or newest.id != entry.id or not newest.amounts:
        return None
    if why is Openness.LOCKED:
        return Locked(entry.slot, {}, mends=entry.id)
    back = store(turn, entry.slot, Version(EntryKind.UNDO, {}, before(turn, newest)), newest)
    return receipt(turn, campaign, back, Outcome.UNDONE if back.amounts else Outcome.WITHDRAWN, newest)


def move_away(turn: Turn, entry: Entry) -> Entry | None:
    """Take what an entry says out of its day, since its message means another one; return what it supersedes."""
    if entries.is_open(turn.tx, entry.id):
        drop(turn, entry)
        return entry
    newest = entries.newest(turn.tx, entry.slot)
    if newest is None or not still_says(newest, entry):
        return None
    store(turn, entry.slot, Version(EntryKind.MOVED, {}, without(turn, entry, newest)), newest)
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


def _spoken(turn: Turn) -> Origin:
    incoming = turn.incoming
    return Origin(turn.known.id, incoming.update, turn.chat.id, incoming.message, incoming.moment)


def store(
    turn: Turn,
    slot: Slot,
    version: Version,
    newest: Entry | None,
    origin: Origin | None = None,
    *,
    on_time: bool | None = None,
) -> Entry:
    """Append a version, `newest` being the one that stands, and bring all sums up to date.

    It keeps the words of the present message, or those of `origin`. It was on time if they were, unless
    `on_time` says otherwise.
    """
    new = _new(turn, slot, version, newest, origin or _spoken(turn))
    entry = entries.append(turn.tx, new if on_time is None else new._replace(on_time=on_time))
    tallies.settle(turn.tx, turn.world, entry)
    if entry.state is EntryState.ACCEPTED and entry.amounts:
        reminding.quieten(turn, slot)
    return entry


def _new(turn: Turn, slot: Slot, version: Version, newest: Entry | None, origin: Origin) -> Entry:
    campaign = turn.world.setting.campaign(slot.campaign)
    on_time = campaign is not None and origin.moment <= turn.world.cut_off(campaign, slot.day)
    return Entry(
        slot=slot,
        author=origin.author,
        kind=version.kind,
        state=EntryState.QUESTIONED if version.doubts else EntryState.ACCEPTED,
        given=version.given,
        amounts=version.amounts,
        update=origin.update,
        chat=origin.chat,
        message=origin.message,
        said=int(origin.moment.timestamp()),
        recorded=turn.now,
        on_time=on_time,
        doubts=tuple([str(doubt.kind) for doubt in version.doubts]),
        note=version.note,
        supersedes=newest.id if newest else None,
        answers=version.answers,
    )
