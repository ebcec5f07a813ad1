"""The tree of units: depth is data, not code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NewType

UnitId = NewType("UnitId", int)


@dataclass(frozen=True, slots=True)
class Unit:
    """One node of the tree. `population` is the number of eligible people, where it is known."""

    id: UnitId
    code: str
    name: str
    level: str
    parent: UnitId | None = None
    population: int | None = None
    aliases: tuple[str, ...] = ()


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

    def below(self, unit: UnitId) -> Iterator[UnitId]:
        """Yield the unit and everything under it, parents before children."""
        yield unit
        for child in self.children[unit]:
            yield from self.below(child)

    def reporting(self, root: UnitId, reports_from: str) -> tuple[UnitId, ...]:
        """Return the units under `root` that are to report: the leaves, or those of the named level."""
        if reports_from == "leaf":
            return tuple(unit for unit in self.below(root) if not self.children[unit])
        return tuple(unit for unit in self.below(root) if self.units[unit].level == reports_from)
