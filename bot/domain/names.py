"""Every way to call a unit: code, name or alias, with or without accents and kind."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.text import clean, fold
from bot.domain.units import Tree, UnitId

_KIND = re.compile(r"^(?:thanh pho|thi tran|thi xa|phuong|huyen|quan|tinh|xa) (?=.)")
_SHORT = (
    (re.compile(r"^tt[. ]+"), "thi tran "),
    (re.compile(r"^tx[. ]+"), "thi xa "),
    (re.compile(r"^tp[. ]+"), "thanh pho "),
    (re.compile(r"^(?:p|ph)(?:\. *| )"), "phuong "),
    (re.compile(r"^x(?:\. *| )"), "xa "),
    (re.compile(r"^h(?:\. *| )"), "huyen "),
)

Index = Mapping[str, tuple[UnitId, ...]]


@dataclass(frozen=True, slots=True)
class Names:
    """Units by what they are called: by code, as written, without accents, and without kind either."""

    codes: Index
    written: Index
    folded: Index
    bare: Index

    @classmethod
    def of(cls, tree: Tree) -> "Names":
        """Collect the names and aliases of all units."""
        called = [(name, unit.id) for unit in tree.units.values() for name in (unit.name, *unit.aliases)]
        return cls(
            _index((unit.code.casefold(), unit.id) for unit in tree.units.values()),
            _index((as_written(name), unit) for name, unit in called),
            _index((folded(name), unit) for name, unit in called),
            _index((bare(name), unit) for name, unit in called),
        )

    def called(self, text: str) -> Iterable[tuple[UnitId, ...]]:
        """Yield the units that `text` calls, the surest reading first; empty where a reading fits none."""
        yield self.codes.get(text.strip().casefold(), ())
        yield self.written.get(as_written(text), ())
        yield self.folded.get(folded(text), ())
        yield self.bare.get(bare(text), ())


def as_written(name: str) -> str:
    """Return a name with its accents, whatever its case."""
    return clean(name, 120).casefold()


def folded(name: str) -> str:
    """Return a name without accents, with `P.`, `x.`, `tt` and the like written out."""
    plain = fold(name[:240])
    for short, full in _SHORT:
        expanded, times = short.subn(full, plain)
        if times:
            return expanded
    return plain


def bare(name: str) -> str:
    """Return a folded name without its kind: `an hoi` for `Phường An Hội`."""
    return _KIND.sub("", folded(name))


def _index(pairs: Iterable[tuple[str, UnitId]]) -> dict[str, tuple[UnitId, ...]]:
    found: dict[str, dict[UnitId, None]] = {}
    for name, unit in pairs:
        found.setdefault(name, {})[unit] = None
    return {name: tuple(units) for name, units in found.items()}
