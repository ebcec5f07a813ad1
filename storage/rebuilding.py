"""Rebuilding: everything derived is worked out anew from the entries alone, and compared with what is kept.

This way of reckoning is another one than that of `tallies.settle`: it looks at whole histories and adds
up, where the other keeps running sums. That both agree is the proof that no number was lost or doubled.
A unit is looked at after those below it and forgotten when its sums are added to the one above: a nation's
year has forty million derived rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class _Table:
    """A derived table: its key columns, its value columns, and whether a row of noughts is the same as none."""

    name: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    noughts: bool = False


_WHERE = ("campaign", "unit")
_REPORTS = _Table("reports", (*_WHERE, "day", "slot"), ("entry", "on_time"))
_QUESTIONS = _Table("questions", ("entry",), ("campaign", "unit", "day", "slot", "person"))
_TALLIES = _Table("tallies", (*_WHERE, "metric", "part", "day", "slot"), ("amount", "running"))
_TOTALS = _Table("totals", (*_WHERE, "metric", "part"), ("amount",), noughts=True)
_DAILY = _Table("daily", (*_WHERE, "day", "metric", "part"), ("amount",), noughts=True)
_TURNOUT = _Table("turnout", (*_WHERE, "day"), ("reported", "on_time"), noughts=True)
_TABLES = (_REPORTS, _QUESTIONS, _TALLIES, _TOTALS, _DAILY, _TURNOUT)
_ORDER = {table.name: number for number, table in enumerate(_TABLES)}


@dataclass(frozen=True, slots=True)
class Difference:
    """A derived row that is kept otherwise than the entries say; None: there is no such row."""

    table: str
    key: tuple[Any, ...]
    kept: tuple[Any, ...] | None
    right: tuple[Any, ...] | None


@dataclass(slots=True)
class _Sums:
    """What a unit and all below it come to, by day."""

    daily: defaultdict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    turnout: dict[tuple[str], tuple[int, int]] = field(default_factory=dict)

    def add(self, other: "_Sums") -> None:
        for key, amount in other.daily.items():
            self.daily[key] += amount
        for day, (reported, on_time) in other.turnout.items():
            ours = self.turnout.get(day, (0, 0))
            self.turnout[day] = (ours[0] + reported, ours[1] + on_time)

    def totals(self) -> Rows:
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for (_, metric, part), amount in self.daily.items():
            found[metric, part] += amount
        return _ones(found)


def _ones(sums: Mapping[Any, int]) -> Rows:
    return {key: (amount,) for key, amount in sums.items()}


def rebuild(tx: Tx, world: World) -> list[Difference]:
    """Put everything derived in order and return what was not; empty is the proof that all was right."""
    found = compare(tx, world)
    for table in _TABLES:
        _mend(tx, table, [difference for difference in found if difference.table == table.name])
    return found


def compare(tx: Tx, world: World) -> list[Difference]:
    """Work everything out from entries and roster, and return what is kept otherwise; it changes nothing."""
    look = _Look(tx, world)
    return sorted(look.differences(), key=lambda each: (_ORDER[each.table], repr(each.key)))


class _Look:
    """One look through all units, of every campaign that the file knows."""

    def __init__(self, tx: Tx, world: World) -> None:
        self._tx = tx
        self._world = world
        self._known = _known(tx)
        self._found: list[Difference] = []
        self._questions: Rows = {}

    def differences(self) -> list[Difference]:
        """Return what is kept otherwise."""
        tree = self._world.tree
        for campaign, units in self._known.items():
            touched = {above for unit in units & tree.units.keys() for above in tree.path(unit)}
            for top in (unit for unit in touched if tree[unit].parent is None):
                self._fold(campaign, top, touched)
            for unit in units - tree.units.keys():
                self._look_at(campaign, unit, _Sums(), self._own(campaign, unit)[0])
        self._compare(_QUESTIONS, (), _kept(self._tx, _QUESTIONS, ()), self._questions)
        return self._found

    def _fold(self, campaign: str, unit: UnitId, touched: set[UnitId]) -> _Sums:
        """Look at a unit after all below it, and return what they come to."""
        rows, sums = self._own(campaign, unit)
        for child in self._world.tree.children[unit]:
            if child in touched:
                sums.add(self._fold(campaign, child, touched))
        self._look_at(campaign, unit, sums, rows)
        return sums

    def _own(self, campaign: str, unit: UnitId) -> tuple[Mapping[_Table, Rows], _Sums]:
        """Work out the reports and tallies of a unit itself, and what they come to."""
        standing: dict[Slot, Entry] = {}
        reports: Rows = {}
        for slot, history in groupby(entries.of_unit(self._tx, campaign, unit), key=lambda entry: entry.slot):
            versions = list(history)
            self._questions |= _questions(versions)
            stands, on_time = _stand(versions)
            if stands is not None:
                standing[slot] = stands
                reports[slot.day.isoformat(), slot.person] = (stands.id, int(on_time))
        tallies = dict(_tallies(self._world, standing))
        return {_REPORTS: reports, _TALLIES: tallies}, _summed(reports, tallies)

    def _look_at(self, campaign: str, unit: UnitId, sums: _Sums, own: Mapping[_Table, Rows]) -> None:
        right = {**own, _TOTALS: sums.totals(), _DAILY: _ones(sums.daily), _TURNOUT: dict(sums.turnout)}
        for table, rows in right.items():
            self._compare(table, (campaign, unit), _kept(self._tx, table, (campaign, unit)), rows)

    def _compare(self, table: _Table, where: tuple[Any, ...], kept: Rows, right: Mapping[Any, Any]) -> None:
        if kept == right:
            return
        for key in {*kept, *right}:
            one, other = kept.get(key), right.get(key)
            if table.noughts:
                one, other = (None if row is None or not any(row) else row for row in (one, other))
            if one != other:
                self._found.append(Difference(table.name, (*where, *key), one, other))


def _known(tx: Tx) -> dict[str, set[UnitId]]:
    """Return the units, by campaign, that have entries or derived rows."""
    tables = ("entries", *(table.name for table in _TABLES if table is not _QUESTIONS))
    known: defaultdict[str, set[UnitId]] = defaultdict(set)
    for table in tables:
        for row in tx.run(f"SELECT DISTINCT campaign, unit FROM {table}"):
            known[row["campaign"]].add(UnitId(row["unit"]))
    return dict(known)


def _questions(versions: list[Entry]) -> Rows:
    """Return the open questions of a slot."""
    return {
        (entry.id,): (*_where(entry.slot), entry.author)
        for entry in versions
        if entry.state is EntryState.QUESTIONED and not any(_answers(later, entry) for later in versions)
    }


def _where(slot: Slot) -> tuple[Any, ...]:
    return slot.campaign, slot.unit, slot.day.isoformat(), slot.person


def _answers(later: Entry, question: Entry) -> bool:
    if later.id <= question.id:
        return False
    spoken = later.state is not EntryState.DROPPED and set(later.given) & set(question.given)
    return bool(spoken) or later.answers == question.id


def _stand(versions: list[Entry]) -> tuple[Entry | None, bool]:
    """Return the entry that stands for a slot, if any, and whether its report first came on time."""
    accepted = [entry for entry in versions if entry.state is EntryState.ACCEPTED]
    if not accepted or not accepted[-1].amounts:
        return None, False
    first = len(accepted)
    while first and accepted[first - 1].amounts:
        first -= 1
    return accepted[-1], accepted[first].on_time


def _tallies(world: World, standing: Mapping[Slot, Entry]) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Yield the tallies of a unit's reports; what is typed as a running total counts by its difference."""
    running: defaultdict[tuple[Slot, Key], list[tuple[date, int]]] = defaultdict(list)
    for slot, entry in standing.items():
        campaign = world.setting.campaign(slot.campaign)
        for key in campaign.keys if campaign and slot.unit in world.tree.units else ():
            if key not in entry.amounts:
                continue
            if _is_running(campaign, key):
                running[slot._replace(day=date.min), key].append((slot.day, entry.amounts[key]))
            else:
                yield (key.metric, key.part, slot.day.isoformat(), slot.person), (entry.amounts[key], None)
    for (slot, key), typed in running.items():
        totals = dict(typed)
        opening = world.goals[slot.campaign].opening(slot.unit, key)
        for day, amount in differences(typed, opening):
            yield (key.metric, key.part, day.isoformat(), slot.person), (amount, totals[day])


def _is_running(campaign: Campaign | None, key: Key) -> bool:
    return campaign is not None and campaign.metric(key.metric).entry is Entered.CUMULATIVE


def _summed(reports: Rows, tallies: Rows) -> _Sums:
    """Add a unit's own reports up; a part counts for its metric too, a unit once, however many officers it has."""
    sums = _Sums()
    for (metric, part, day, _), (amount, _) in tallies.items():
        for each in dict.fromkeys((part, "")):
            sums.daily[day, metric, each] += amount
    for (day, _), (_, on_time) in reports.items():
        sums.turnout[day,] = (1, max(on_time, sums.turnout.get((day,), (1, 0))[1]))
    return sums


def _kept(tx: Tx, table: _Table, where: tuple[Any, ...]) -> Rows:
    """Return the rows of one unit in a campaign, or of a whole table, without the columns of `where`."""
    keys = table.keys[len(where) :]
    chosen = f" WHERE {' AND '.join(f'{column} = ?' for column in table.keys[: len(where)])}" if where else ""
    rows = tx.tuples(f"SELECT {', '.join((*keys, *table.values))} FROM {table.name}{chosen}", where)
    return {row[: len(keys)]: row[len(keys) :] for row in rows}


def _mend(tx: Tx, table: _Table, found: Iterable[Difference]) -> None:
    columns = (*table.keys, *table.values)
    delete = f"DELETE FROM {table.name} WHERE {' AND '.join(f'{key} = ?' for key in table.keys)}"
    insert = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"
    for difference in found:
        tx.run(delete, difference.key)
        if difference.right is not None:
            tx.run(insert, (*difference.key, *difference.right))
