"""Accepted values and the sums kept along the path to the root, in the transaction that accepts them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from bot.domain.campaign import Key
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import entries, leaves
from storage.entries import Entry, EntryState, Slot
from storage.sqlite import Summed, Tx
from storage.transaction import Debt

TOTALS = Summed(
    "totals",
    "INSERT INTO totals (unit, campaign, metric, part, amount) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (campaign, unit, metric, part) DO UPDATE SET amount = totals.amount + excluded.amount",
)
DAILY = Summed(
    "daily",
    "INSERT INTO daily (unit, campaign, day, metric, part, amount) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (campaign, unit, day, metric, part) DO UPDATE SET amount = daily.amount + excluded.amount",
)
TURNOUT = Summed(
    "turnout",
    "INSERT INTO turnout (unit, campaign, day, reported, on_time) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (campaign, unit, day) DO UPDATE SET"
    " reported = turnout.reported + excluded.reported, on_time = turnout.on_time + excluded.on_time",
)


_OWN_SUMS = "own sums"
_BESIDE = "sums beside"
_SPOKEN = "units that have spoken"


class Turnout(NamedTuple):
    """How many reporting units have reported for a day, and how many of them on time."""

    reported: int
    on_time: int


class Report(NamedTuple):
    """The report that stands for a slot now: its entry, and whether it first came on time."""

    entry: int
    on_time: bool


def settle(tx: Tx, world: World, entry: Entry) -> None:
    """Bring everything derived up to date with a version that was just appended."""
    if entry.state is EntryState.QUESTIONED:
        _close_questions(tx, entry)
        _open_question(tx, entry)
    elif entry.state is EntryState.DROPPED:
        _close(tx, entry.slot, entry.answers)
    else:
        _close_questions(tx, entry)
        _accept(tx, world, entry)


def _open_question(tx: Tx, entry: Entry) -> None:
    slot = entry.slot
    tx.run(
        "INSERT INTO questions (entry, campaign, unit, day, slot, person) VALUES (?, ?, ?, ?, ?, ?)",
        (entry.id, slot.campaign, slot.unit, slot.day.isoformat(), slot.person, entry.author),
    )
    entries.forget(tx, slot)


def _close_questions(tx: Tx, entry: Entry) -> None:
    """Close what a later word on the same metric has answered: the newer version speaks for it."""
    for question in entries.questions(tx, entry.slot):
        if question.id == entry.answers or not question.given.keys().isdisjoint(entry.given):
            _close(tx, entry.slot, question.id)


def _close(tx: Tx, slot: Slot, question: int | None) -> None:
    tx.run("DELETE FROM questions WHERE entry = ?", (question,))
    entries.forget(tx, slot)


class _Siblings(NamedTuple):
    """A metric's sums of reporting siblings, as `sums_beside` returns them."""

    day: date
    sums: dict[UnitId, tuple[int, int]]

    def add(self, unit: UnitId, day: date, change: int) -> None:
        """Keep them right when a unit's value of a day has changed."""
        total, today = self.sums.get(unit, (0, 0))
        self.sums[unit] = (total + change, today + change if day == self.day else today)


class _Change(NamedTuple):
    """What becomes of a key's tally (None: there is none any more), and by how much its sums change, if they do."""

    key: Key
    day: date
    amount: int | None
    running: int | None
    by: int | None


def _accept(tx: Tx, world: World, entry: Entry) -> None:
    slot = entry.slot
    campaign = world.setting.campaign(slot.campaign)
    if campaign is None:
        raise LookupError(slot.campaign)
    stands = standing(tx, slot, campaign.keys) if entry.supersedes else {}
    changes: list[_Change] = []
    for key in campaign.keys:
        amount, before = entry.amounts.get(key), stands.get(key)
        if key in campaign.running:
            changes += _running_changes(tx, world, slot, key, amount)
        elif amount != before:
            changes.append(_Change(key, slot.day, amount, None, (amount or 0) - (before or 0)))
    path = world.tree.path(slot.unit)
    _put(tx, slot, changes)
    _add(tx, world, slot.campaign, path, changes)
    _stand(tx, slot, path, entry, world.absences.away.get(slot.unit, frozenset()))
    tx.known.setdefault(_SPOKEN, set()).add((slot.campaign, slot.unit))


def _running_changes(tx: Tx, world: World, slot: Slot, key: Key, running: int | None) -> Iterator[_Change]:
    """Yield what a running total changes: the value of the next reported day changes with it."""
    rows = _running_rows(tx, slot, key)
    old = {day: amount for day, amount, _ in rows}
    totals = {day: total for day, _, total in rows}
    if running is None:
        totals.pop(slot.day, None)
    else:
        totals[slot.day] = running
    new: dict[date, int] = {}
    last = world.goals[slot.campaign].opening(slot.unit, key)
    for day in sorted(totals):
        new[day], last = totals[day] - last, totals[day]
    for day in sorted({*old, *new}):
        by = new.get(day, 0) - old.get(day, 0)
        if by or (day in new) != (day in old) or day == slot.day:
            yield _Change(key, day, new.get(day), totals.get(day), by or None)


def _running_rows(tx: Tx, slot: Slot, key: Key) -> list[tuple[date, int, int]]:
    rows = tx.all(
        "SELECT day, amount, running FROM tallies WHERE campaign = ? AND unit = ? AND metric = ? AND part = ?"
        " AND slot = ? ORDER BY day",
        (slot.campaign, slot.unit, key.metric, key.part, slot.person),
    )
    return [(date.fromisoformat(row["day"]), row["amount"], row["running"]) for row in rows]


def tally(tx: Tx, slot: Slot, key: Key) -> int | None:
    """Return the accepted value of a key in a slot, or None."""
    amount: int | None = tx.value(
        "SELECT amount FROM tallies WHERE campaign = ? AND unit = ? AND metric = ? AND part = ? AND day = ?"
        " AND slot = ?",
        (slot.campaign, slot.unit, key.metric, key.part, slot.day.isoformat(), slot.person),
    )
    return amount


def standing(tx: Tx, slot: Slot, keys: Sequence[Key]) -> dict[Key, int]:
    """Return the accepted values of these keys in a slot, those that have any."""
    # CROSS keeps the keys first: each is one step in the primary key, where the day alone would walk all days.
    rows = tx.all(
        f"WITH asked (metric, part) AS (VALUES {', '.join(['(?, ?)'] * len(keys))})"
        " SELECT t.metric, t.part, t.amount FROM asked CROSS JOIN tallies t WHERE t.campaign = ? AND t.unit = ?"
        " AND t.metric = asked.metric AND t.part = asked.part AND t.day = ? AND t.slot = ?",
        (*chain.from_iterable(keys), slot.campaign, slot.unit, slot.day.isoformat(), slot.person),
    )
    return {Key(metric, part): amount for metric, part, amount in rows}


def _put(tx: Tx, slot: Slot, changes: Iterable[_Change]) -> None:
    gone, stands = [], []
    for key, day, amount, running, _ in changes:
        where = (slot.campaign, slot.unit, *key, day.isoformat(), slot.person)
        if amount is None:
            gone.append(where)
        else:
            stands.append((*where, amount, running))
    if gone:
        tx.run_many(
            "DELETE FROM tallies WHERE campaign = ? AND unit = ? AND metric = ? AND part = ? AND day = ? AND slot = ?",
            gone,
        )
    if stands:
        tx.later(
            "tallies",
            "INSERT INTO tallies (campaign, unit, metric, part, day, slot, amount, running)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (campaign, unit, metric, part, day, slot)"
            " DO UPDATE SET amount = excluded.amount, running = excluded.running",
            stands,
        )


def _add(tx: Tx, world: World, campaign: str, path: tuple[UnitId, ...], changes: Iterable[_Change]) -> None:
    """Add to a unit at once, and to all that lies above the reporting units together with other units' reports.

    What a part has changed by counts for its metric too.
    """
    own = [unit for unit in path if unit in world.reporting[campaign]]
    above = tuple([unit for unit in path if unit not in own])
    stands = [_own(tx, campaign, unit) for unit in own]
    beside = _beside(tx)
    parents = [(unit, world.tree[unit].parent) for unit in own]
    totals: list[Debt] = []
    days: list[Debt] = []
    for key, day, _, _, by in changes:
        if by is None:
            continue
        for each in (key, Key(key.metric)) if key.part else (key,):
            totals.append(((campaign, *each), (by,)))
            days.append(((campaign, day.isoformat(), *each), (by,)))
            for sums in stands:
                sums[each] = sums.get(each, 0) + by
            for unit, parent in parents:
                siblings = beside.get((campaign, parent, each))
                if siblings is not None:
                    siblings.add(unit, day, by)
    if not totals:
        return
    for table, debts in ((TOTALS, totals), (DAILY, days)):
        tx.later(table.table, table.add, [(unit, *key, *by) for unit in own for key, by in debts])
        tx.owe(table, above, debts)


def _stand(tx: Tx, slot: Slot, path: tuple[UnitId, ...], entry: Entry, away: frozenset[date]) -> None:
    """Let the entry stand for its slot (an empty one withdraws the report) and count who has reported."""
    where = (slot.campaign, slot.unit, slot.day.isoformat())
    rows = _asking(tx, slot)("SELECT slot, on_time FROM reports WHERE campaign = ? AND unit = ? AND day = ?", where)
    marks: dict[int, int] = dict(rows)
    before = _presence(marks)
    if not entry.amounts:
        marks.pop(slot.person, None)
        tx.run(
            "DELETE FROM reports WHERE campaign = ? AND unit = ? AND day = ? AND slot = ?",
            (*where, slot.person),
        )
    else:
        marks.setdefault(slot.person, int(entry.on_time))  # a report stays as early as it first came
        tx.later(
            "reports",
            "INSERT INTO reports (campaign, unit, day, slot, entry, on_time) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (campaign, unit, day, slot) DO UPDATE SET entry = excluded.entry",
            [(*where, slot.person, entry.id, entry.on_time)],
        )
    after = _presence(marks)
    reported, on_time = after.reported - before.reported, after.on_time - before.on_time
    if reported and slot.day in away:
        leaves.changed(tx)  # a report that comes anyway makes its unit expected
    if reported or on_time:
        tx.owe(TURNOUT, path, [((slot.campaign, where[2]), (reported, on_time))])


def _presence(marks: Mapping[int, int]) -> Turnout:
    """Return (1, 1) for a unit any of whose reports came on time, (1, 0) late, (0, 0) for none at all."""
    return Turnout(1, max(marks.values())) if marks else Turnout(0, 0)


def report(tx: Tx, slot: Slot) -> Report | None:
    """Return the report that stands for the slot, or None."""
    row = tx.one(
        "SELECT entry, on_time FROM reports WHERE campaign = ? AND unit = ? AND day = ? AND slot = ?",
        (slot.campaign, slot.unit, slot.day.isoformat(), slot.person),
    )
    return None if row is None else Report(row["entry"], bool(row["on_time"]))


def turnout(tx: Tx, campaign: str, unit: UnitId, day: date) -> Turnout:
    """Return how many units under (and with) this one have reported for the day."""
    row = tx.one(
        "SELECT reported, on_time FROM turnout WHERE campaign = ? AND unit = ? AND day = ?",
        (campaign, unit, day.isoformat()),
    )
    return Turnout(0, 0) if row is None else Turnout(row["reported"], row["on_time"])


def sums(tx: Tx, campaign: str, unit: UnitId) -> dict[Key, int]:
    """Return the unit's sums since the start, baseline not included."""
    rows = tx.all("SELECT metric, part, amount FROM totals WHERE campaign = ? AND unit = ?", (campaign, unit))
    return {Key(row["metric"], row["part"]): row["amount"] for row in rows}


def own_sums(tx: Tx, campaign: str, unit: UnitId) -> dict[Key, int]:
    """Return the same of a reporting unit, kept right by what it says: that is never owed."""
    return dict(_own(tx, campaign, unit))


def _own(tx: Tx, campaign: str, unit: UnitId) -> dict[Key, int]:
    known: dict[tuple[str, UnitId], dict[Key, int]] = tx.known.setdefault(_OWN_SUMS, {})
    found = known.get((campaign, unit))
    if found is None:  # nothing that it says comes later: whoever adds to it has asked here before
        rows = tx.peek("SELECT metric, part, amount FROM totals WHERE campaign = ? AND unit = ?", (campaign, unit))
        found = known[campaign, unit] = {Key(metric, part): amount for metric, part, amount in rows}
    return found


def day_sums(tx: Tx, campaign: str, unit: UnitId, day: date) -> dict[Key, int]:
    """Return the unit's sums of one day."""
    rows = tx.all(
        "SELECT metric, part, amount FROM daily WHERE campaign = ? AND unit = ? AND day = ?",
        (campaign, unit, day.isoformat()),
    )
    return {Key(row["metric"], row["part"]): row["amount"] for row in rows}


def sums_below(tx: Tx, campaign: str, parent: UnitId, metric: str) -> dict[UnitId, int]:
    """Return a metric's sums of a unit's children, those that have any."""
    # CROSS keeps SQLite from walking the whole campaign first: few children, many sums.
    rows = tx.all(
        "SELECT t.unit, t.amount FROM units u CROSS JOIN totals t"
        " WHERE u.parent = ? AND t.unit = u.id AND t.campaign = ? AND t.metric = ? AND t.part = ''",
        (parent, campaign, metric),
    )
    return {UnitId(row["unit"]): row["amount"] for row in rows}


def day_sums_below(tx: Tx, campaign: str, parent: UnitId, metric: str, day: date) -> dict[UnitId, int]:
    """Return a metric's sums of one day of a unit's children, those that have any."""
    rows = tx.all(
        "SELECT d.unit, d.amount FROM units u CROSS JOIN daily d"
        " WHERE u.parent = ? AND d.unit = u.id AND d.campaign = ? AND d.day = ? AND d.metric = ? AND d.part = ''",
        (parent, campaign, day.isoformat(), metric),
    )
    return {UnitId(row["unit"]): row["amount"] for row in rows}


def sums_beside(
    tx: Tx, campaign: str, parent: UnitId, metric: str, day: date, *, own: bool = False
) -> Mapping[UnitId, tuple[int, int]]:
    """Return a metric's sums of a unit's children, since the start and of one day, those that have any.

    `own`: only those of reporting units matter, to which nothing is owed: they are kept right by what these say.
    """
    if not own:
        return _read_beside(tx.all, campaign, parent, metric, day)
    known, where = _beside(tx), (campaign, parent, Key(metric))
    found = known.get(where)
    if found is None or found.day != day:
        tx.catch_up()
        found = known[where] = _Siblings(day, _read_beside(tx.peek, campaign, parent, metric, day))
    return found.sums


def _read_beside(
    ask: Callable[[str, Sequence[Any]], list[Any]], campaign: str, parent: UnitId, metric: str, day: date
) -> dict[UnitId, tuple[int, int]]:
    rows = ask(
        "SELECT t.unit, t.amount, d.amount FROM units u CROSS JOIN totals t LEFT JOIN daily d"
        " ON d.campaign = t.campaign AND d.unit = t.unit AND d.day = ? AND d.metric = t.metric AND d.part = ''"
        " WHERE u.parent = ? AND t.unit = u.id AND t.campaign = ? AND t.metric = ? AND t.part = ''",
        (day.isoformat(), parent, campaign, metric),
    )
    return {unit: (total, today or 0) for unit, total, today in rows}


def _beside(tx: Tx) -> dict[tuple[str, UnitId | None, Key], _Siblings]:
    known: dict[tuple[str, UnitId | None, Key], _Siblings] = tx.known.setdefault(_BESIDE, {})
    return known


def histories(tx: Tx, slot: Slot, metrics: Sequence[str], days: int) -> dict[str, list[int]]:
    """Return the unit's accepted values of each metric on the last reported days before the slot's, oldest first."""
    found: dict[str, list[int]] = {metric: [] for metric in metrics}
    day = slot.day.isoformat()
    asked = [(slot.campaign, slot.unit, metric, slot.person, day, days) for metric in metrics]
    for metric, amount in _asking(tx, slot)(_histories(len(metrics)), [*chain.from_iterable(asked)]) if asked else ():
        found[metric].append(amount)
    return found


@cache
def _histories(metrics: int) -> str:
    one = (
        "SELECT * FROM (SELECT metric, day, sum(amount) AS amount FROM tallies WHERE campaign = ? AND unit = ?"
        " AND metric = ? AND slot = ? AND day < ? GROUP BY day ORDER BY day DESC LIMIT ?)"
    )
    return f"SELECT metric, amount FROM ({' UNION ALL '.join([one] * metrics)}) ORDER BY day"


def _asking(tx: Tx, slot: Slot) -> Callable[[str, Sequence[Any]], list[Any]]:
    """Return how to ask for what a unit has said: where it has said nothing yet in this transaction, nothing waits."""
    return tx.all if (slot.campaign, slot.unit) in tx.known.get(_SPOKEN, ()) else tx.peek


def running_around(tx: Tx, slot: Slot, key: Key) -> tuple[int | None, int | None]:
    """Return the running totals typed for the nearest reported days before and after the slot's."""
    where = (slot.campaign, slot.unit, key.metric, key.part, slot.person, slot.day.isoformat())
    select = (
        "SELECT running FROM tallies WHERE campaign = ? AND unit = ? AND metric = ? AND part = ? AND slot = ?"
        " AND day {} ? AND running IS NOT NULL ORDER BY day {} LIMIT 1"
    )
    return tx.value(select.format("<", "DESC"), where), tx.value(select.format(">", "ASC"), where)


def sums_until(tx: Tx, campaign: str, unit: UnitId, day: date) -> dict[Key, int]:
    """Return the unit's sums since the start up to the end of a day: today's cost the same on every day."""
    later = tx.all(
        "SELECT metric, part, sum(amount) AS amount FROM daily WHERE campaign = ? AND unit = ? AND day > ?"
        " GROUP BY metric, part",
        (campaign, unit, day.isoformat()),
    )
    after = {Key(row["metric"], row["part"]): row["amount"] for row in later}
    return {key: amount - after.get(key, 0) for key, amount in sums(tx, campaign, unit).items()}
