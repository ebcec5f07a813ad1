"""Differences between two rosters, cell by cell and by kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from bot.domain.roster.columns import BaselineColumn, Column, TargetColumn, Value
from bot.domain.roster.rows import Roster, RosterRow


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs. None where one side has nothing there."""

    code: str
    column: Column
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class RosterDiff:
    """What an import would do: `moved` are changes of parents; units not in the file are `kept`, never deleted."""

    added: tuple[RosterRow, ...] = ()
    changed: tuple[Change, ...] = ()
    moved: tuple[Change, ...] = ()
    kept: tuple[RosterRow, ...] = ()

    def of(self, wanted: "Kind") -> tuple["Change", ...]:
        """Return the changed cells of one kind."""
        return tuple(change for change in self.changed if kind(change.column) is wanted)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many units are added, cells changed, units moved, and units kept though not in the file."""
        return {name: len(getattr(self, name)) for name in ("added", "changed", "moved", "kept")}

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.moved)


class Kind(StrEnum):
    """What kind of change a cell's is, in the order in which people are told."""

    RENAMED = "renamed"  # name, code, level, other names
    CLOSED = "closed"
    MERGED = "merged"
    TARGET = "target"
    BASELINE = "baseline"
    POPULATION = "population"


_KINDS: Mapping[Column, Kind] = {
    "closed": Kind.CLOSED,
    "merged_into": Kind.MERGED,
    "population": Kind.POPULATION,
}


def kind(column: Column) -> Kind:
    """Return the kind of a change of this column; parents apart, which move a unit."""
    if isinstance(column, TargetColumn):
        return Kind.TARGET
    return Kind.BASELINE if isinstance(column, BaselineColumn) else _KINDS.get(column, Kind.RENAMED)


def diff(old: Roster, new: Roster) -> RosterDiff:
    """Compare two rosters by code, whatever its case, in the columns that `new` speaks of."""
    before, after = old.by_code(), new.by_code()
    columns = sorted(new.columns, key=str)
    changes = [
        Change(row.code, column, before[code][column], row[column])
        for code, row in after.items()
        if code in before
        for column in columns
        if not _same(column, before[code][column], row[column])
    ]
    return RosterDiff(
        added=tuple(row for code, row in after.items() if code not in before),
        changed=tuple(change for change in changes if change.column != "parent"),
        moved=tuple(change for change in changes if change.column == "parent"),
        kept=tuple(row for code, row in before.items() if code not in after),
    )


def united(old: Roster, new: Roster) -> Roster:
    """Return the roster as it is once `new` is taken in: units and cells that it leaves out stay as they are."""
    before, after = old.by_code(), new.by_code()
    rows = {code: _laid_over(before[code], row, new.columns) if code in before else row for code, row in after.items()}
    spelt = {code: row.code for code, row in (before | rows).items()}
    return Roster(tuple(_spelt(row, spelt) for row in (before | rows).values()), old.columns | new.columns)


def _laid_over(old: RosterRow, new: RosterRow, columns: frozenset[Column]) -> RosterRow:
    plain: dict[str, Any] = {column: new[column] for column in columns if isinstance(column, str)}
    targets = {column: target for column, target in old.targets.items() if column not in columns}
    baselines = {column: total for column, total in old.baselines.items() if column not in columns}
    return replace(old, **plain, targets=targets | dict(new.targets), baselines=baselines | dict(new.baselines))


def _spelt(row: RosterRow, codes: Mapping[str, str]) -> RosterRow:
    parent, successor = (None if code is None else codes[code.casefold()] for code in (row.parent, row.merged_into))
    same = (row.parent, row.merged_into) == (parent, successor)
    return row if same else replace(row, parent=parent, merged_into=successor)


def _same(column: Column, one: Value, other: Value) -> bool:
    """Compare two cells; units are the same however their codes are spelt, 80 is not 80 %."""
    if column in {"parent", "merged_into"}:
        return str(one or "").casefold() == str(other or "").casefold()
    return type(one) is type(other) and one == other
