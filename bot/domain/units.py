"""The tree of units: depth is data, not code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NewType

UnitId = NewType("UnitId", int)


@dataclass(frozen=True, slots=True)
class Unit:
    """One node of the tree. `population` is the number of eligible people, where it is known.

    From the day `closed` on it reports no more. A unit that is `merged` has the one that goes on for it as
    its parent, so that all it ever counted is counted there.
    """

    id: UnitId
    code: str
    name: str
    level: str
    parent: UnitId | None = None
    population: int | None = None
    aliases: tuple[str, ...] = ()
    closed: date | None = None
    merged: bool = False


@dataclass(frozen=True)
class Tree:
    """All units of a roster, with the ways up and down."""

    units: Mapping[UnitId, Unit]
    children: Mapping[UnitId, tuple[UnitId, ...]]
    by_code: Mapping[str, UnitId]
    paths: Mapping[UnitId, tuple[UnitId, ...]] = field(repr=False)

    @classmethod
    def of(cls, units: Mapping[UnitId, Unit]) -> "Tree":
        """Build the tree; children keep the order of `units`. ValueError where a parent makes a circle."""
        children: dict[UnitId, list[UnitId]] = {unit: [] for unit in units}
        for unit in units.values():
            if unit.parent is not None:
                children[unit.parent].append(unit.id)
        paths: dict[UnitId, tuple[UnitId, ...]] = {}
        todo: list[tuple[UnitId, tuple[UnitId, ...]]]
        todo = [(unit.id, (unit.id,)) for unit in units.values() if unit.parent is None]
        while todo:
            unit_id, path = todo.pop()
            paths[unit_id] = path
            todo.extend((child, (child, *path)) for child in children[unit_id])
        if len(paths) != len(units):
            raise ValueError("the units do not form a tree")
        by_code = {unit.code.casefold(): unit.id for unit in units.values()}
        return cls(dict(units), {k: tuple(v) for k, v in children.items()}, by_code, paths)

    def __getitem__(self, unit: UnitId) -> Unit:
        return self.units[unit]

    def find(self, code: str) -> Unit | None:
        """Return the unit with this code, whatever its case; None where there is none."""
        unit_id = self.by_code.get(code.casefold())
        return None if unit_id is None else self.units[unit_id]

    def path(self, unit: UnitId) -> tuple[UnitId, ...]:
        """Return the unit and all its ancestors, the unit first and the root last."""
        return self.paths[unit]

    def covers(self, above: UnitId, unit: UnitId) -> bool:
        """Tell whether `unit` is `above` or lies below it."""
        return above in self.paths[unit]

    def siblings(self, unit: UnitId) -> tuple[UnitId, ...]:
        """Return the units that share the parent, the unit itself included; a root stands alone."""
        parent = self.units[unit].parent
        return (unit,) if parent is None else self.children[parent]

    @cached_property
    def closings(self) -> Mapping[UnitId, date]:
        """Return from which day on closed units report no more: by their own closing, or by one above them."""
        found: dict[UnitId, date] = {}
        for unit in self.units.values():
            if unit.closed is not None:
                for below in self.below(unit.id):
                    found[below] = min(unit.closed, found.get(below, date.max))
        return found

    def is_closed(self, unit: UnitId, day: date) -> bool:
        """Tell whether the unit reports no more on a day."""
        return day >= self.closings.get(unit, date.max)

    def successor(self, unit: UnitId) -> Unit | None:
        """Return the unit that goes on for this one, or for the one above it that was merged; None where none does."""
        merged = next((each for each in self.paths[unit] if self.units[each].merged), None)
        parent = None if merged is None else self.units[merged].parent
        return None if parent is None else self.units[parent]

    def below(self, unit: UnitId) -> Iterator[UnitId]:
        """Yield the unit and everything under it, parents before children."""
        yield unit
        for child in self.children[unit]:
            yield from self.below(child)

    def reporting(self, root: UnitId, reports_from: str) -> tuple[UnitId, ...]:
        """Return the units under `root` that are to report, closed ones too: the leaves, or those of the named level.

        A unit stays a leaf when others are merged into it.
        """
        if reports_from == "leaf":
            return tuple(unit for unit in self.below(root) if all(self.units[e].merged for e in self.children[unit]))
        return tuple(unit for unit in self.below(root) if self.units[unit].level == reports_from)
