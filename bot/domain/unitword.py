"""A unit named at the front of a line: `An Hội 45 30`, `p an hoi: 45 30`, `TP-01 45 30`."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.domain.names import as_written, bare, folded
from bot.domain.text import clean
from bot.domain.units import Unit

_GAP = re.compile(r"[ ,;:=]*(?:[-–—] +)?")
"""What may stand between the name and the rest, and means nothing. A minus that leans on a number is none of it."""

_MARKS = ",;:=-–—"
_WORDS = 12  # of the longest name that is looked for


class Front(NamedTuple):
    """The units that a line may begin with (none: it names no unit), and what stands after the name."""

    units: tuple[Unit, ...]
    rest: str


class _Reading(NamedTuple):
    units: tuple[Unit, ...]
    words: int


def split(text: str, units: Sequence[Unit], means_else: Callable[[str], bool] = lambda _: False) -> Front:
    """Return which of `units` the line names in front, by code, name or alias; the surest reading of a name wins.

    A name needs a letter, so that no number is taken for a unit, and is never merely alike. Where two
    readings differ by words with digits (`An Hội` and `An Hội 2`), both are returned and nothing is cut off:
    the digits may be numbers of the report. `means_else` tells of words that mean something in a line.
    """
    words = text.strip().split(None, _WORDS)
    readings = [
        _Reading(named, count)
        for count, name in fronts(words)
        if (named := called(name, units)) and not means_else(name)
    ]
    if not readings:
        return Front((), text)
    longest = readings[0]
    for shorter in readings[1:]:
        others = tuple(unit for unit in shorter.units if unit not in longest.units)
        between = " ".join(words[shorter.words : longest.words])
        if others and any(map(str.isdecimal, between)):
            return Front((*longest.units, *others), text)
    return Front(longest.units, _GAP.sub("", " ".join(words[longest.words :]), count=1))


def fronts(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield how many of the first words may be a name, and that name, the longest first; none begins with a number."""
    if words and words[0][0].isalpha():
        for count in range(min(len(words), _WORDS), 0, -1):
            yield count, " ".join(words[:count]).rstrip(_MARKS)


def called(name: str, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units that bear a name: by code, else as written, else without accents, else without kind too."""
    if not any(map(str.isalpha, name)):
        return ()
    forms = (name.strip().casefold(), as_written(name), folded(name), bare(name))
    for level, form in enumerate(forms):
        hits = tuple(unit for unit in units if form in _names(unit)[level])
        if hits:
            return hits
    return ()


@lru_cache(maxsize=4096)
def _names(unit: Unit) -> tuple[frozenset[str], ...]:
    spoken = (unit.name, *unit.aliases)
    forms = (as_written, folded, bare)
    return frozenset({unit.code.casefold()}), *(frozenset(map(form, spoken)) for form in forms)


def call(unit: Unit, units: Sequence[Unit], line: str) -> str:
    """Return what can be typed before a line so that this unit alone is meant; empty where nothing can.

    The name without its kind is tried first, then the name, then the code.
    """
    for word in (short(unit), unit.name, unit.code):
        if split(f"{word} {line}", units).units == (unit,):
            return word
    return ""


def short(unit: Unit) -> str:
    """Return the name with its accents but without its kind, where that leaves a name: `An Hội`."""
    words = clean(unit.name).split()
    kept = " ".join(words[len(words) - len(bare(unit.name).split()) :])
    return kept if any(map(str.isalpha, kept)) and bare(kept) == bare(unit.name) else unit.name
