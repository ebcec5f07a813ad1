"""Forecast: the range of totals to expect at the deadline, from what the last two weeks brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import fmean, median, stdev

from bot.domain.days import Calendar

WINDOW = 14
"""How many working days are looked back on."""

FEWEST = 5
"""Days with a report below which nothing is forecast."""

Z80 = 1.2816  # 80 % of a normal distribution lie within so many standard deviations
CLIP = 3 * 1.4826  # Hampel's limit: three standard deviations, estimated by the median absolute deviation
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Totals expected at the deadline, `low` ≤ `high`. `reaches`: the day on which the target is met at this rate.

    `reaches` is None where that lies after the deadline, or the target is met already or not given.
    """

    low: int
    high: int
    reaches: date | None


def forecast(
    amounts: Mapping[date, int],
    day: date,
    total: int,
    target: int | None,
    starts: date,
    deadline: date,
    calendar: Calendar,
) -> Forecast | None:
    """Forecast from the daily sums `amounts` of the days up to `day`, at whose end the total is `total`.

    Rule: the last 14 working days, those without a report as nothing; outliers are drawn in to the median
    ± 3 × 1.4826 × MAD (Hampel), unless most days are alike (MAD 0). With mean m and standard deviation s of
    k such days, n further working days bring n·m ± 1.2816·s·√(n + n²/k), the 80 % prediction interval of a
    sum whose mean is itself estimated. None before five days with a report, and once nothing is left.
    """
    looked = _window(day, starts, calendar)
    days_left = calendar.count(day + _DAY, deadline)
    if sum(each in amounts for each in looked) < FEWEST or not days_left:
        return None
    values = _clipped([amounts.get(each, 0) for each in looked])
    mean, count = fmean(values), len(values)
    spread = Z80 * stdev(values) * sqrt(days_left + days_left**2 / count)
    grown = days_left * mean
    low = max(total, total + round(grown - spread))
    high = max(low, total + round(grown + spread))
    return Forecast(low, high, _reached(day, total, target, mean, deadline, calendar))


def _window(day: date, starts: date, calendar: Calendar) -> list[date]:
    """Return the last working days of the campaign up to `day`, newest first."""
    found: list[date] = []
    while day >= starts and len(found) < WINDOW:
        if calendar.works(day):
            found.append(day)
        day -= _DAY
    return found


def _clipped(values: list[int]) -> list[float]:
    middle = median(values)
    reach = CLIP * median(abs(value - middle) for value in values)
    if not reach:
        return [float(value) for value in values]
    return [min(max(value, middle - reach), middle + reach) for value in values]


def _reached(day: date, total: int, target: int | None, mean: float, deadline: date, calendar: Calendar) -> date | None:
    """Return the working day by whose end the mean rate brings what is missing."""
    if target is None or total >= target or mean <= 0:
        return None
    needed = ceil((target - total) / mean)
    while day < deadline:
        day += _DAY
        needed -= calendar.works(day)
        if not needed:
            return day
    return None
