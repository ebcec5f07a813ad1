"""Rows of a roster: one unit each, with its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.domain.roster.columns import BaselineColumn, Column, Percent, TargetColumn, Value


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One unit as the roster has it; `row[column]` is a cell. Other units' codes are spelt as in their own rows."""

    code: str
    name: str
    level: str
    parent: str | None = None
    population: int | None = None
    aliases: tuple[str, ...] = ()
    targets: Mapping[TargetColumn, int | Percent] = field(default_factory=dict)
    baselines: Mapping[BaselineColumn, int] = field(default_factory=dict)
    closed: date | None = None
    merged_into: str | None = None
    line: int = field(default=0, compare=False)

    def __getitem__(self, column: Column) -> Value:
        if isinstance(column, str):
            value: Value = getattr(self, column)
            return value
        return self.targets.get(column) if isinstance(column, TargetColumn) else self.baselines.get(column)


@dataclass(frozen=True)
class Roster:
    """Units, parents before their children, and the columns that are spoken of: a file may leave some out."""

    rows: tuple[RosterRow, ...]
    columns: frozenset[Column]

    def by_code(self) -> dict[str, RosterRow]:
        """Return the rows by their casefolded codes."""
        return {row.code.casefold(): row for row in self.rows}
