"""Rebuilding: everything derived is worked out anew from the entries alone, and compared with what is kept.

This way of reckoning is another one than that of `tallies.settle`: it looks at whole histories and adds
up, where the other keeps running sums. That both agree is the proof that no number was lost or doubled.
A unit is looked at after those below it, mended, and forgotten when its sums are added to the one above:
a nation's year has forty million derived rows, and those of one way to the root are held at a time.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from heapq import nsmallest
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from bot.domain.campaign import Entered
from bot.domain.questions import differences
from bot.domain.units import Tree, UnitId
from bot.domain.world import World
from storage.sqlite import Tx
from storage.written import read

LEAST = -(2**63)  # the lowest number that a row can have
SHOWN = 20
"""How many differences are kept to be shown."""

Row = tuple[Any, ...]
_Standing = tuple[str, int, int, int, Mapping[str, int]]
"""A report: its day and slot, the entry that stands, whether the report first came on time, and its amounts."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A derived table: its key columns, its value columns, and whether a row of noughts is the same as none."""

    name: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    noughts: bool = False

    def by_key(self, rows: Iterable[Row], known: int) -> dict[Row, Row]:
        """Return values by key, of rows without the first `known` columns."""
        split = len(self.keys) - known
        return {row[:split]: row[split:] for row in rows if not self.noughts or any(row[split:])}


_WHERE = ("campaign", "unit")
_REPORTS = _Table("reports", (*_WHERE, "day", "slot"), ("entry", "on_time"))
_QUESTIONS = _Table("questions", ("entry",), ("campaign", "unit", "day", "slot", "person"))
_TALLIES = _Table("tallies", (*_WHERE, "metric", "part", "day", "slot"), ("amount", "running"))
_TOTALS = _Table("totals", (*_WHERE, "metric", "part"), ("amount",), noughts=True)
_DAILY = _Table("daily", (*_WHERE, "day", "metric", "part"), ("amount",), noughts=True)
_TURNOUT = _Table("turnout", (*_WHERE, "day"), ("reported", "on_time"), noughts=True)
_TABLES = {table.name: table for table in (_REPORTS, _QUESTIONS, _TALLIES, _TOTALS, _DAILY, _TURNOUT)}
_ORDER = {name: number for number, name in enumerate(_TABLES)}

_ACCEPTED = (
    "SELECT day, slot, id, on_time, amounts FROM entries WHERE campaign = ? AND unit = ? AND state = 'accepted'"
    " ORDER BY day, slot, id"
)
# A question is answered by a later word on the same metric, unless it was dropped, and by one that says so.
_OPEN = (
    "SELECT q.id, q.campaign, q.unit, q.day, q.slot, q.person FROM entries q WHERE q.state = 'questioned'"
    " AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.campaign = q.campaign AND e.unit = q.unit AND e.day = q.day"
    " AND e.slot = q.slot AND e.id > q.id AND (e.answers = q.id OR e.state <> 'dropped' AND EXISTS"
    " (SELECT 1 FROM json_each(e.given) said, json_each(q.given) asked WHERE said.key = asked.key))) ORDER BY q.id"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A derived row that is kept otherwise than the entries say; None: there is no such row."""

    table: str
    key: Row
    kept: Row | None
    right: Row | None


@dataclass(slots=True)
class Differences:
    """How many rows are kept otherwise, and the first of them, by table and key."""

    count: int = 0
    first: list[Difference] = field(default_factory=list)

    def __len__(self) -> int:
        return self.count

    def add(self, found: Sequence[Difference]) -> None:
        """Count some more."""
        self.count += len(found)
        self.first = nsmallest(SHOWN, [*self.first, *found], key=lambda each: (_ORDER[each.table], repr(each.key)))


@dataclass(slots=True)
class _Sums:
    """What a unit and all below it come to, by day: the amounts of each metric and part, and the turnout."""

    daily: defaultdict[tuple[str, str], defaultdict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    turnout: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: "_Sums") -> None:
        for key, days in other.daily.items():
            ours = self.daily[key]
            for day, amount in days.items():
                ours[day] += amount
        turnout = self.turnout
        for day, (reported, on_time) in other.turnout.items():
            before = turnout.get(day, (0, 0))
            turnout[day] = (before[0] + reported, before[1] + on_time)

    def rows(self) -> dict[_Table, list[Row]]:
        sums = self.daily.items()
        daily = [(day, metric, part, amount) for (metric, part), days in sums for day, amount in days.items()]
        return {
            _TOTALS: sorted([(*key, sum(days.values())) for key, days in sums]),
            _DAILY: sorted(daily),
            _TURNOUT: sorted([(day, reported, on_time) for day, (reported, on_time) in self.turnout.items()]),
        }


Tell = Callable[[int, int], None]
"""Is told how many units have been looked at, of how many."""


def untold(_done: int, _of: int) -> None:
    """Tell nobody."""


def rebuild(tx: Tx, world: World, tell: Tell = untold) -> Differences:
    """Put everything derived in order and return what was not; none is the proof that all was right."""
    return _gathered(tx, world, partial(_mend, tx), tell)


def compare(tx: Tx, world: World) -> Differences:
    """Work everything out from entries and roster, and return what is kept otherwise; it changes nothing."""
    return _gathered(tx, world, lambda _: None, untold)


def _gathered(tx: Tx, world: World, found: Callable[[Sequence[Difference]], None], tell: Tell) -> Differences:
    """Look at all units, of every campaign that the file knows, and hand on what is kept otherwise of each."""
    gathered = Differences()
    looks = [_Look(tx, world, campaign, units) for campaign, units in _known(tx, world.tree).items()]
    of = sum(len(look.units) for look in looks)
    questions = _compared(tx, _QUESTIONS, (), tx.tuples(_OPEN).fetchall())
    for done, batch in enumerate(chain([questions], *(look.differences() for look in looks))):
        gathered.add(batch)
        found(batch)
        tell(done, of)
    return gathered


@dataclass(frozen=True, slots=True)
class _Look:
    """One look through the units of a campaign that have entries or derived rows, or lie above such."""

    tx: Tx
    world: World
    campaign: str
    units: set[UnitId]

    def differences(self) -> Iterator[list[Difference]]:
        """Yield what is kept otherwise of each unit; of one that is in no roster nothing is right but its reports."""
        tree = self.world.tree
        for unit in self.units:
            if unit not in tree.units:
                yield self._at(unit, self._own(unit), _Sums())
            elif tree[unit].parent is None:
                yield from self._fold(unit)

    def _fold(self, unit: UnitId) -> Generator[list[Difference], None, _Sums]:
        """Look at a unit after all below it, and return what they come to."""
        own = self._own(unit)
        sums = _summed(own)
        for child in self.world.tree.children[unit]:
            if child in self.units:
                sums.add((yield from self._fold(child)))
        yield self._at(unit, own, sums)
        return sums

    def _at(self, unit: UnitId, own: Mapping[_Table, list[Row]], sums: _Sums) -> list[Difference]:
        """Compare what is kept of a unit."""
        where = self.campaign, unit
        tables = {**own, **sums.rows()}.items()
        return [each for table, right in tables for each in _compared(self.tx, table, where, right)]

    def _own(self, unit: UnitId) -> dict[_Table, list[Row]]:
        """Work out the reports and tallies of a unit itself."""
        standing = _standing(self.tx.tuples(_ACCEPTED, (self.campaign, unit)))
        tallies = chain.from_iterable(self._tallies(unit, standing))
        return {_REPORTS: [each[:-1] for each in standing], _TALLIES: sorted(tallies)}

    def _tallies(self, unit: UnitId, standing: Sequence[_Standing]) -> Iterator[list[Row]]:
        campaign = self.world.setting.campaign(self.campaign)
        if campaign is None or unit not in self.world.tree.units:
            return
        for key in sorted(campaign.keys):
            name, (metric, part) = str(key), key
            said = [(day, slot, amounts[name]) for day, slot, _, _, amounts in standing if name in amounts]
            if campaign.metric(metric).entry is not Entered.CUMULATIVE:
                yield [(metric, part, day, slot, amount, None) for day, slot, amount in said]
            elif said:
                opening = self.world.goals[self.campaign].opening(unit, key)
                yield [(metric, part, *each) for each in _added(said, opening)]


def _standing(versions: Iterable[Row]) -> list[_Standing]:
    """Return what stands; an empty version withdraws the report, and one that comes again is a new one."""
    standing: dict[tuple[str, int], _Standing] = {}
    for day, slot, entry, on_time, text in versions:
        amounts, before = read(text), standing.pop((day, slot), None)
        if amounts:
            standing[day, slot] = day, slot, entry, before[3] if before else on_time, amounts
    return list(standing.values())


def _added(said: Iterable[tuple[str, int, int]], opening: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield what running totals have added day by day, each with the total; they run for each person alone."""
    running: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    for day, slot, total in said:
        running[slot].append((date.fromisoformat(day), total))
    for slot, typed in running.items():
        totals = dict(typed)
        for when, amount in differences(typed, opening):
            yield when.isoformat(), slot, amount, totals[when]


def _summed(own: Mapping[_Table, list[Row]]) -> _Sums:
    """Add a unit's own reports up; a part counts for its metric too, a unit once, however many officers it has."""
    sums = _Sums()
    for metric, part, day, _, amount, _ in own[_TALLIES]:
        sums.daily[metric, ""][day] += amount
        if part:
            sums.daily[metric, part][day] += amount
    for day, _, _, on_time in own[_REPORTS]:
        sums.turnout[day] = (1, max(on_time, sums.turnout.get(day, (1, 0))[1]))
    return sums


def _known(tx: Tx, tree: Tree) -> dict[str, set[UnitId]]:
    """Return the units, by campaign, that have entries or derived rows, and all above them."""
    known: defaultdict[str, set[UnitId]] = defaultdict(set)
    for table in ("entries", *_TABLES.keys() - {_QUESTIONS.name}):
        # From unit to unit in one step each: DISTINCT, and ">" too, would look at every row.
        ask = f"SELECT campaign, unit FROM {table} WHERE (campaign, unit) >= (?, ?) ORDER BY campaign, unit LIMIT 1"
        found = tx.one(ask, ("", LEAST))
        while found:
            campaign, unit = found
            known[campaign].update(tree.paths.get(unit, (unit,)))
            found = tx.one(ask, (campaign, unit + 1))
    return dict(known)


def _compared(tx: Tx, table: _Table, where: Row, right: list[Row]) -> list[Difference]:
    """Compare the rows of one unit, or of a whole table, with the right ones, which are in the order of its key."""
    columns = ", ".join((*table.keys[len(where) :], *table.values))
    chosen = " AND ".join(f"{column} = ?" for column in table.keys[: len(where)]) or "TRUE"
    order = ", ".join(table.keys)
    kept = tx.tuples(f"SELECT {columns} FROM {table.name} WHERE {chosen} ORDER BY {order}", where).fetchall()
    if kept == right:
        return []
    one, other = (table.by_key(rows, len(where)) for rows in (kept, right))
    differing = (key for key in {*one, *other} if one.get(key) != other.get(key))
    return [Difference(table.name, (*where, *key), one.get(key), other.get(key)) for key in differing]


def _mend(tx: Tx, found: Iterable[Difference]) -> None:
    for name, group in groupby(found, attrgetter("table")):
        table, differing = _TABLES[name], list(group)
        columns = (*table.keys, *table.values)
        delete = f"DELETE FROM {name} WHERE {' AND '.join(f'{key} = ?' for key in table.keys)}"
        insert = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})"
        tx.run_many(delete, [each.key for each in differing])
        tx.run_many(insert, [(*each.key, *each.right) for each in differing if each.right is not None])
        tx.forget()
