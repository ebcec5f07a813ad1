"""Series: what the charts show, as plain values. Whoever asks for a chart fills these in; nothing is looked up."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bot.domain.days import State
from bot.domain.figures import Language, Share

MOST_ROWS = 20
"""How many rows stay legible on a phone; what is above that is counted in a note."""

Points = tuple[tuple[date, int], ...]
"""Totals at the end of days, ascending by day; days may be left out."""


@dataclass(frozen=True, slots=True)
class Title:
    """Whose figures, of what, in which campaign. For bars and grids `unit` is the parent of the rows."""

    unit: str
    metric: str
    campaign: str


@dataclass(frozen=True, slots=True)
class PhaseEnd:
    """The end of a phase and the total that is due by then."""

    name: str
    ends: date
    target: int


@dataclass(frozen=True, slots=True)
class Band:
    """The range of totals expected at the deadline, `low` ≤ `high`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Line:
    """A metric's total day by day against the planned line.

    `totals` hold the baseline and end with the newest day that is known; empty: nothing is known. `plan` may
    name every day or only the corners of the line. `phases` ascend by end; a campaign without phases has none.
    `target` is the one to reach by the deadline, and what the percentages are of. `decimals` are the
    campaign's decimals of percentages.
    """

    title: Title
    language: Language
    today: date
    deadline: date
    totals: Points
    plan: Points
    target: int | None
    phases: tuple[PhaseEnd, ...] = ()
    forecast: Band | None = None
    decimals: int = 1

    @property
    def ahead(self) -> int | None:
        """Return how far the newest total is ahead of the plan (negative: behind); None where no plan names its day."""
        if not self.totals:
            return None
        day, total = self.totals[-1]
        planned = dict(self.plan).get(day)
        return None if planned is None else total - planned


@dataclass(frozen=True, slots=True)
class Bar:
    """A unit on the board: its total of its own target, None where it has no target.

    `place` is None where it is not ranked. `movement` is the number of places risen (negative: fallen) since
    the last frozen board, None where that is not known. `missing`: it has not reported.
    """

    name: str
    share: Share | None
    place: int | None
    movement: int | None = None
    own: bool = False
    missing: bool = False

    @property
    def length(self) -> Fraction:
        """Return how long the bar is, in targets; without a target it has no length."""
        return (self.share.exact if self.share else None) or Fraction(0)


@dataclass(frozen=True, slots=True)
class Bars:
    """Units in the order of the board; at most `limit` and 20 are drawn, the own unit always.

    `planned` is the share of the target that the plan asks for at the end of `day`.
    """

    title: Title
    language: Language
    day: date
    bars: tuple[Bar, ...]
    planned: Share | None = None
    decimals: int = 1
    limit: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class Row:
    """One unit's days, as many as the grid has; None is a day that is not due yet."""

    name: str
    states: tuple[State | None, ...]

    @property
    def turnout(self) -> Share:
        """Return on how many of the days due the unit has reported: leave is not due, a questioned value no report."""
        due = [state for state in self.states if state not in {None, State.ON_LEAVE}]
        return Share(sum(state in {State.REPORTED, State.LATE, State.ZERO} for state in due), len(due))


@dataclass(frozen=True, slots=True)
class Grid:
    """Units by days, ascending without gaps; at most `limit` and 20 rows are drawn, and the newest 14 days."""

    title: Title
    language: Language
    days: tuple[date, ...]
    rows: tuple[Row, ...]
    limit: int = MOST_ROWS

    @property
    def turnout(self) -> Share:
        """Return the turnout of all rows together."""
        shares = [row.turnout for row in self.rows]
        return Share(sum(share.numerator for share in shares), sum(share.denominator for share in shares))


Chart = Line | Bars | Grid
