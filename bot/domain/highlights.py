"""Highlights: what is worth a sentence about a day, by a table of rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

from bot.domain.campaign import Campaign, Metric
from bot.domain.figures import Share, half_up
from bot.domain.pace import Pace

ENOUGH_DAYS = 3
"""Earlier days with work below which no day is called the best."""

RATE_DAYS = 7
"""Days of work that make the present rate."""

NAMED = 3
"""Units that are named in one sentence."""


def headline(campaign: Campaign) -> Metric:
    """Return the counted metric that sentences and lines speak of; for a ratio its numerator."""
    main = campaign.main
    return main if main.kind == "count" else campaign.metric(main.of[0])


class Kind(StrEnum):
    """What a sentence says."""

    REACHED = "reached"
    FIRST_ABOVE_PLAN = "first_above_plan"
    BEST_DAY = "best_day"
    UNITS_REACHED = "units_reached"
    NEED_ABOVE_BEST = "need_above_best"
    FELL_BEHIND = "fell_behind"
    RATE = "rate"
    ALL_REPORTED = "all_reported"
    RISERS = "risers"
    TURNOUT = "turnout"
    COMPARED = "compared"


@dataclass(frozen=True, slots=True)
class Highlight:
    """One sentence before it is worded."""

    kind: Kind
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Day:
    """A unit's day in the headline metric: `planned` is the line's total at its end, None without a target."""

    day: date
    amount: int
    total: int
    planned: int | None
    on_time: Share
    turnout: Share
    works: bool = True

    @property
    def ahead(self) -> int | None:
        """Return how far the total is ahead of the line."""
        return None if self.planned is None else self.total - self.planned


@dataclass(frozen=True, slots=True)
class Climber:
    """A unit below: what the day has added to its total, and its target."""

    name: str
    gained: int
    total: int
    target: int | None

    @property
    def rise(self) -> Fraction:
        """Return the gain as a part of the target, so that large and small units compare."""
        return Fraction(self.gained, self.target) if self.target else Fraction(0)

    @property
    def has_just_reached(self) -> bool:
        """Tell whether the day has brought it to its target."""
        return bool(self.target) and self.total - self.gained < (self.target or 0) <= self.total


@dataclass(frozen=True)
class Facts:
    """What the rules look at. `days` ascend from the campaign's start to the day spoken of.

    `pace` is that of the day, `pace_before` that of the day before it; without a target there is none.

    `over`: the day's cut-off has passed, so that it can be compared with whole days.
    """

    days: tuple[Day, ...]
    pace: Pace | None
    pace_before: Pace | None
    below: tuple[Climber, ...]
    over: bool

    @property
    def today(self) -> Day:
        """Return the day spoken of."""
        return self.days[-1]

    @cached_property
    def before(self) -> Day | None:
        """Return the last day of work before it."""
        return next((day for day in reversed(self.days[:-1]) if day.works), None)

    @cached_property
    def best(self) -> Day | None:
        """Return the earlier day that brought most, the first of several."""
        return max(self.days[:-1], key=lambda day: day.amount, default=None)


def rising(units: Sequence[Climber]) -> tuple[Climber, ...]:
    """Return those that rose, measured by their own targets, most first; among few units nobody is singled out."""
    if len(units) <= NAMED:
        return ()
    return tuple(sorted((unit for unit in units if unit.rise > 0), key=lambda unit: (-unit.rise, unit.name)))


Rule = Callable[[Facts], Highlight | None]


def reached(facts: Facts) -> Highlight | None:
    """Say that the day has brought the unit to the target of its phase."""
    pace, today = facts.pace, facts.today
    if pace is None or not pace.reached or today.total - today.amount >= pace.target:
        return None
    return Highlight(Kind.REACHED, {"target": pace.target, "days": pace.phase.days})


def first_above_plan(facts: Facts) -> Highlight | None:
    """Say that the total is on or above the planned line for the first time."""
    *earlier, now = [day.ahead for day in facts.days]
    if now is None or now < 0 or not earlier or any(ahead is not None and ahead >= 0 for ahead in earlier):
        return None
    return Highlight(Kind.FIRST_ABOVE_PLAN, {"ahead": now})


def fell_behind(facts: Facts) -> Highlight | None:
    """Say that the total was on the line at the end of the day before, and is below it now."""
    now = facts.today.ahead
    before = facts.days[-2].ahead if len(facts.days) > 1 else None
    if not facts.over or now is None or before is None or now >= 0 or before < 0:
        return None
    return Highlight(Kind.FELL_BEHIND, {"behind": -now})


def best_day(facts: Facts) -> Highlight | None:
    """Say that no day before has brought as much, once there is something to compare with."""
    worked = [day for day in facts.days[:-1] if day.amount > 0]
    if len(worked) < ENOUGH_DAYS or facts.best is None or facts.today.amount <= facts.best.amount:
        return None
    return Highlight(Kind.BEST_DAY, {"amount": facts.today.amount, "best": facts.best})


def need_above_best(facts: Facts) -> Highlight | None:
    """Say that from now on more is needed per day than any day has brought."""
    pace, before = facts.pace, facts.pace_before
    best = max(facts.days, key=lambda day: day.amount)
    if pace is None or before is None or not pace.phase.days or not facts.over:
        return None
    if before.needed_per_day > best.amount or pace.needed_per_day <= best.amount:
        return None
    return Highlight(Kind.NEED_ABOVE_BEST, {"needed": pace.needed_per_day, "best": best})


def rate(facts: Facts) -> Highlight | None:
    """Set the average of the last days of work beside what is needed per day from now on."""
    days = facts.days if facts.over else facts.days[:-1]
    last = [day.amount for day in days if day.works][-RATE_DAYS:]
    if len(last) < RATE_DAYS or not any(last) or facts.pace is None or not facts.pace.missing:
        return None
    if not facts.pace.phase.days:
        return None
    average = half_up(Fraction(sum(last), RATE_DAYS))
    return Highlight(Kind.RATE, {"average": average, "days": RATE_DAYS, "needed": facts.pace.needed_per_day})


def units_reached(facts: Facts) -> Highlight | None:
    """Name the units below that the day has brought to their target."""
    names = tuple(unit.name for unit in facts.below if unit.has_just_reached)
    if not names:
        return None
    return Highlight(Kind.UNITS_REACHED, {"names": names[:NAMED], "more": len(names[NAMED:])})


def risers(facts: Facts) -> Highlight | None:
    """Name the units below that rose most."""
    rose = rising(facts.below)
    return Highlight(Kind.RISERS, {"units": rose[:NAMED]}) if rose else None


def all_reported(facts: Facts) -> Highlight | None:
    """Say that nobody is missing."""
    turnout = facts.today.turnout
    if turnout.denominator < 2 or turnout.numerator < turnout.denominator:  # noqa: PLR2004  (one is not "all")
        return None
    return Highlight(Kind.ALL_REPORTED, {"count": turnout.denominator})


def turnout(facts: Facts) -> Highlight | None:
    """Compare the rate of reports on time with that of the day before; late ones have come for that day only."""
    now, before = facts.today.on_time, facts.before.on_time if facts.before else None
    if not facts.over or before is None or now.exact is None or before.exact is None or now.exact in {1, before.exact}:
        return None
    return Highlight(Kind.TURNOUT, {"share": now, "before": before, "rose": now.exact > before.exact})


def compared(facts: Facts) -> Highlight | None:
    """Compare the day's sum with that of the day before."""
    if not facts.over or facts.before is None or facts.today.amount == facts.before.amount:
        return None
    return Highlight(Kind.COMPARED, {"change": facts.today.amount - facts.before.amount, "before": facts.before})


RULES: tuple[Rule, ...] = (
    reached,
    first_above_plan,
    best_day,
    units_reached,
    need_above_best,
    fell_behind,
    rate,
    all_reported,
    risers,
    turnout,
    compared,
)
"""Most important first."""


def highlights(facts: Facts, most: int) -> tuple[Highlight, ...]:
    """Return the most important things to say, at most `most`."""
    found = (rule(facts) for rule in RULES)
    return tuple(highlight for highlight in found if highlight is not None)[:most]
