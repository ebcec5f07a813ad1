"""Pace: the planned line, the distance of a total from it, and what is needed per day."""

from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from bot.domain.days import Calendar
from bot.domain.figures import Share, half_up_of

_DAY = timedelta(days=1)


class Plan(NamedTuple):
    """What a unit must reach in a metric: from `baseline` before `starts` to each milestone by its date.

    Milestones ascend by date. Without any there is no line.
    """

    starts: date
    baseline: int
    milestones: tuple[tuple[date, int], ...]


class Need(NamedTuple):
    """What is still to be done by a milestone, seen from the end of a day.

    `days` are calendar days from tomorrow to `until`, of which `working_days` are worked (from the
    campaign's start at the earliest). `per_day` is rounded up; it spreads `missing` over the working
    days, where none is left over the calendar days, and where the time is up it is `missing` itself.
    """

    until: date
    target: int
    missing: int
    days: int
    working_days: int
    per_day: int


class Pace(NamedTuple):
    """A total at the end of a day against its line, against the current phase and the last milestone."""

    day: date
    total: int
    baseline: int
    planned: int
    phase: Need
    deadline: Need
    plan: Plan
    calendar: Calendar

    @property
    def days_of_safety(self) -> int:
        """Return by how many working days the total is ahead of the line, negative: behind.

        Worked out when asked for: it looks at the line on many days, and most texts do without.
        """
        return _days_of_safety(self.plan, self.day, self.total, self.calendar)

    @property
    def target(self) -> int:
        """Return the target of the current phase."""
        return self.phase.target

    @property
    def share(self) -> Share:
        """Return the total as a share of the current phase's target."""
        return Share(self.total, self.target)

    @property
    def ahead(self) -> int:
        """Return how far the total is ahead of the line; negative: behind."""
        return self.total - self.planned

    @property
    def reached(self) -> bool:
        """Tell whether the current phase's target is reached."""
        return self.total >= self.target

    @property
    def missing(self) -> int:
        """Return what the current phase's target still lacks."""
        return self.phase.missing

    @property
    def needed_per_day(self) -> int:
        """Return what is needed per working day to the end of the current phase."""
        return self.phase.per_day

    @property
    def needed_to_deadline(self) -> int:
        """Return what is needed per working day to the last milestone."""
        return self.deadline.per_day

    @property
    def days_left(self) -> int:
        """Return the calendar days to the last milestone, which is the deadline where that has a target."""
        return self.deadline.days

    @property
    def working_days_left(self) -> int:
        """Return the working days to the last milestone."""
        return self.deadline.working_days


def planned(plan: Plan, day: date, calendar: Calendar) -> int:
    """Return the total that the line asks for at the end of `day`, rounded half up.

    The line runs straight from the baseline on the eve of the start through each milestone on its date,
    rising on working days only; a stretch without any rises on calendar days. Before the start it is the
    baseline, after the last milestone that milestone's target.
    """
    return half_up_of(*_line(plan, day, calendar))


def pace(plan: Plan, day: date, total: int, calendar: Calendar) -> Pace | None:
    """Measure `total` at the end of `day`; None where the plan has no milestone.

    The current phase is that of the first milestone not before `day`, after the last one the last.
    """
    if not plan.milestones:
        return None
    current = _current(plan, day)
    phase = _need(plan, current, day, total, calendar)
    return Pace(
        day=day,
        total=total,
        baseline=plan.baseline,
        planned=planned(plan, day, calendar),
        phase=phase,
        deadline=phase if current is plan.milestones[-1] else _need(plan, plan.milestones[-1], day, total, calendar),
        plan=plan,
        calendar=calendar,
    )


def need(plan: Plan, day: date, total: int, calendar: Calendar) -> Need | None:
    """Return what the current phase still needs, as `pace` has it but without the rest, which costs more."""
    return _need(plan, _current(plan, day), day, total, calendar) if plan.milestones else None


def due_next(plan: Plan, day: date, total: int, calendar: Calendar, n: int = 7) -> tuple[tuple[date, int], ...]:
    """Return what is due on each of the `n` days after `day`, none after the last milestone.

    The due follow a new line, drawn like the planned one from `total` at the end of `day` through every
    later milestone above it, so what is missing is spread evenly and nothing is asked at once. The line's
    values are rounded up before they are subtracted: the dues to a milestone add up to exactly what it
    lacks, and the first one is the pace's `needed_per_day` while the current phase is not reached.
    """
    ahead = tuple((end, target) for end, target in plan.milestones if end > day and target > total)
    onward = Plan(max(plan.starts, day + _DAY), total, ahead)
    last = plan.milestones[-1][0] if plan.milestones else day
    days = [day + _DAY * k for k in range(min(n, (last - day).days) + 1)]
    asked = [_ceil(*_line(onward, each, calendar)) for each in days]
    return tuple((each, now - before) for each, (before, now) in zip(days[1:], pairwise(asked), strict=True))


def _line(plan: Plan, day: date, calendar: Calendar) -> tuple[int, int]:
    """Return the exact height of the line at the end of a day, as a quotient of whole numbers."""
    since, begin = plan.starts - _DAY, plan.baseline
    for until, target in plan.milestones:
        if day <= since:
            break
        if day < until:
            passed, whole = _stretch(since, day, until, calendar)
            return begin * whole + (target - begin) * passed, whole
        since, begin = until, target
    return begin, 1


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _stretch(since: date, day: date, until: date, calendar: Calendar) -> tuple[int, int]:
    """Return how many days lie after `since` up to `day` and up to `until`, in working days if any."""
    whole = calendar.count(since + _DAY, until)
    if whole:
        return calendar.count(since + _DAY, day), whole
    return (day - since).days, (until - since).days


def _days_of_safety(plan: Plan, day: date, total: int, calendar: Calendar) -> int:
    """Return by how many working days the total is ahead of the line, negative: behind.

    Ahead: the most working days that may pass without work until the line asks for more than `total`, at
    most those left to the last milestone. Behind: how many working days ago the line asked for no more
    than `total`, at least one and at most those since the start. Assumes that the line never falls.
    """
    eve, last = plan.starts - _DAY, plan.milestones[-1][0]
    today = min(max(day, eve), last)
    dates = range(eve.toordinal(), last.toordinal() + 1)
    asks = bisect_right(dates, total, key=lambda n: planned(plan, date.fromordinal(n), calendar))
    holds = date.fromordinal(max(dates.start, dates.start + asks - 1))
    if total >= planned(plan, today, calendar):
        return calendar.count(today + _DAY, holds)
    return -max(1, calendar.count(holds + _DAY, today))


def _current(plan: Plan, day: date) -> tuple[date, int]:
    for milestone in plan.milestones:
        if day <= milestone[0]:
            return milestone
    return plan.milestones[-1]


def _need(plan: Plan, milestone: tuple[date, int], day: date, total: int, calendar: Calendar) -> Need:
    until, target = milestone
    missing = max(0, target - total)
    days = max(0, (until - day).days)
    working = calendar.count(max(day + _DAY, plan.starts), until)
    return Need(until, target, missing, days, working, _ceil(missing, working or days or 1))
