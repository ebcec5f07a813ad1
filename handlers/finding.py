"""Finding a unit by what people call it, also when it is misspelt."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.names import Names, bare
from bot.domain.units import UnitId
from bot.domain.world import World

SHOWN = 4
ALIKE = 72  # of 100, by rapidfuzz's WRatio: `an hoy` finds An Hội, `xyz` finds nothing


@dataclass(frozen=True, slots=True)
class Found:
    """Units that fit: `exact` when they bear that very name, otherwise they are merely alike."""

    units: tuple[UnitId, ...]
    exact: bool


def find(world: World, text: str, allowed: Callable[[UnitId], bool]) -> Found:
    """Return the units that `text` means, among those the speaker may know of."""
    for reading in world.names.called(text):
        hits = tuple(unit for unit in reading if allowed(unit))
        if hits:
            return Found(hits[:SHOWN], exact=True)
    return Found(_alike(world.names, text, allowed), exact=False)


def _alike(names: Names, text: str, allowed: Callable[[UnitId], bool]) -> tuple[UnitId, ...]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415  (3 MB that most days nobody asks for)

    known = [name for name, units in names.bare.items() if any(allowed(unit) for unit in units)]
    ranked = process.extract(bare(text), known, scorer=fuzz.WRatio, limit=SHOWN, score_cutoff=ALIKE)
    hits = [unit for name, _, _ in ranked for unit in names.bare[name] if allowed(unit)]
    return tuple(dict.fromkeys(hits))[:SHOWN]
