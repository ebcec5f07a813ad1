"""Rebuilding: everything derived is worked out anew from the entries alone, and compared with what is kept.

This way of reckoning is another one than that of `tallies.settle`: it looks at whole histories and adds
up, where the other keeps running sums. That both agree is the proof that no number was lost or doubled.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from bot.domain.campaign import Campaign, Entered, Key
from bot.domain.questions import differences
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import entries
from storage.entries import Entry, EntryState, Slot
from storage.sqlite import Tx

Rows = dict[tuple[Any, ...], tuple[Any, ...]]

# Table, its key columns, its value columns, and whether a row of noughts is the same as none.
_TABLES = (
    ("reports", ("campaign", "unit", "day", "slot"), ("entry", "on_time"), False),
    ("questions", ("entry",), ("campaign", "unit", "day", "slot", "person"), False),
    ("tallies", ("campaign", "unit", "metric", "part", "day", "slot"), ("amount", "running"), False),
    ("totals", ("campaign", "unit", "metric", "part"), ("amount",), True),
    ("daily", ("campaign", "unit", "day", "metric", "part"), ("amount",), True),
    ("turnout", ("campaign", "unit", "day"), ("reported", "on_time"), True),
)


@dataclass(slots=True)
class Derived:
    """All derived rows: key columns to value columns, per table."""

    reports: Rows = field(default_factory=dict)
    questions: Rows = field(default_factory=dict)
    tallies: Rows = field(default_factory=dict)
    totals: Rows = field(default_factory=dict)
    daily: Rows = field(default_factory=dict)
    turnout: Rows = field(default_factory=dict)

    def rows(self, table: str) -> Rows:
        """Return the rows of one table."""
        rows: Rows = getattr(self, table)
        return rows


@dataclass(frozen=True, slots=True)
class Difference:
    """A derived row that is kept otherwise than the entries say; None: there is no such row."""

    table: str
    key: tuple[Any, ...]
    kept: tuple[Any, ...] | None
    right: tuple[Any, ...] | None


def rebuild(tx: Tx, world: World) -> list[Difference]:
    """Put everything derived in order and return what was not; empty is the proof that all was right."""
    found = compare(tx, derive(tx, world))
    for table, keys, values, _ in _TABLES:
        _mend(tx, table, keys, values, [difference for difference in found if difference.table == table])
    return found


def derive(tx: Tx, world: World) -> Derived:
    """Work out everything derived from the entries and the roster; it changes nothing in the file."""
    derived = Derived()
    stored = map(entries.read, tx.run("SELECT * FROM entries ORDER BY campaign, unit, day, slot, id"))
    histories = groupby(stored, key=lambda entry: entry.slot)
    standing = {slot: entry for slot, history in histories if (entry := _stand(derived, slot, list(history)))}
    _add_tallies(derived, world, standing)
    _add_turnout(derived, world)
    return derived


def _where(slot: Slot) -> tuple[Any, ...]:
    return slot.campaign, slot.unit, slot.day.isoformat(), slot.person


def _stand(derived: Derived, slot: Slot, history: list[Entry]) -> Entry | None:
    """Return the entry that stands for a slot, noting its report and its open questions."""
    accepted = [entry for entry in history if entry.state is EntryState.ACCEPTED]
    for entry in history:
        if entry.state is EntryState.QUESTIONED and not any(_answers(later, entry) for later in history):
            derived.questions[entry.id,] = (*_where(slot), entry.author)
    if not accepted or not accepted[-1].amounts:
        return None
    first = len(accepted)
    while first and accepted[first - 1].amounts:
        first -= 1
    derived.reports[_where(slot)] = (accepted[-1].id, int(accepted[first].on_time))
    return accepted[-1]


def _answers(later: Entry, question: Entry) -> bool:
    if later.id <= question.id:
        return False
    spoken = later.state is not EntryState.DROPPED and set(later.given) & set(question.given)
    return bool(spoken) or later.answers == question.id


def _add_tallies(derived: Derived, world: World, standing: Mapping[Slot, Entry]) -> None:
    running: dict[tuple[Slot, Key], list[tuple[date, int]]] = defaultdict(list)
    for slot, entry in standing.items():
        campaign = world.setting.campaign(slot.campaign)
        if campaign is None or slot.unit not in world.tree.units:
            continue
        for key in campaign.keys:
            if key not in entry.amounts:
                continue
            if campaign.metric(key.metric).entry is Entered.CUMULATIVE:
                running[slot._replace(day=date.min), key].append((slot.day, entry.amounts[key]))
            else:
                _tally(derived, world, campaign, slot, key, entry.amounts[key], None)
    for (slot, key), typed in running.items():
        campaign = world.setting.campaign(slot.campaign)
        totals = dict(typed)
        opening = world.goals[slot.campaign].opening(slot.unit, key)
        for day, amount in differences(typed, opening):
            if campaign is not None:
                _tally(derived, world, campaign, slot._replace(day=day), key, amount, totals[day])


def _tally(
    derived: Derived, world: World, campaign: Campaign, slot: Slot, key: Key, amount: int, running: int | None
) -> None:
    day = slot.day.isoformat()
    derived.tallies[slot.campaign, slot.unit, key.metric, key.part, day, slot.person] = (amount, running)
    for unit in world.tree.path(slot.unit):
        for each in dict.fromkeys((key, Key(key.metric))):
            _count(derived.totals, (campaign.code, unit, each.metric, each.part), (amount,))
            _count(derived.daily, (campaign.code, unit, day, each.metric, each.part), (amount,))


def _add_turnout(derived: Derived, world: World) -> None:
    units: dict[tuple[str, UnitId, str], int] = {}
    for (campaign, unit, day, _), (_, on_time) in derived.reports.items():
        units[campaign, unit, day] = max(on_time, units.get((campaign, unit, day), 0))
    for (campaign, unit, day), on_time in units.items():
        for above in world.tree.path(unit) if unit in world.tree.units else ():
            _count(derived.turnout, (campaign, above, day), (1, on_time))


def _count(rows: Rows, key: tuple[Any, ...], values: tuple[int, ...]) -> None:
    rows[key] = tuple(one + other for one, other in zip(rows.get(key, (0,) * len(values)), values, strict=True))


def compare(tx: Tx, derived: Derived) -> list[Difference]:
    """Return the derived rows that are kept otherwise than they were worked out; it changes nothing either."""
    return list(_differences(tx, derived))


def _differences(tx: Tx, derived: Derived) -> Iterator[Difference]:
    for table, keys, values, noughts in _TABLES:
        kept = _kept(tx, table, keys, values)
        right = derived.rows(table)
        for key in sorted({*kept, *right}, key=repr):
            one, other = kept.get(key), right.get(key)
            if noughts:
                one, other = (None if row is None or not any(row) else row for row in (one, other))
            if one != other:
                yield Difference(table, key, one, other)


def _kept(tx: Tx, table: str, keys: tuple[str, ...], values: tuple[str, ...]) -> Rows:
    rows = tx.all(f"SELECT {', '.join((*keys, *values))} FROM {table}")
    return {tuple(row)[: len(keys)]: tuple(row)[len(keys) :] for row in rows}


def _mend(tx: Tx, table: str, keys: Sequence[str], values: Sequence[str], found: Sequence[Difference]) -> None:
    columns = (*keys, *values)
    delete = f"DELETE FROM {table} WHERE {' AND '.join(f'{key} = ?' for key in keys)}"
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"
    for difference in found:
        tx.run(delete, difference.key)
        if difference.right is not None:
            tx.run(insert, (*difference.key, *difference.right))
