"""Scales: from values to pixels, with round numbers beside them."""

from dataclasses import dataclass

_STEPS = (1, 2, 5)
_MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale: `first` lies at pixel `begin`, `last` at pixel `end`; `first` < `last`."""

    first: float
    last: float
    begin: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        return self.begin + (self.end - self.begin) * (value - self.first) / (self.last - self.first)


def ticks(low: int, high: int) -> tuple[int, ...]:
    """Return round numbers, at most seven, of which the first is ≤ `low` and the last ≥ `high`.

    They begin at 0 where `low` is less than half of `high`, so that a small rise over a small total is not blown up.
    """
    low = 0 if 0 <= low < high / 2 else low
    step = _step(max(high - low, 1))
    first, last = low // step, -(-high // step)
    return tuple(n * step for n in range(first, max(last, first + 1) + 1))


def _step(span: int) -> int:
    power = 1
    while True:
        for step in _STEPS:
            if step * power * (_MOST_TICKS - 1) >= span:
                return step * power
        power *= 10
