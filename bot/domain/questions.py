"""Questions: which values of an entry are asked about before they count, and running totals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.figures import half_up_of

ENOUGH = 5
"""From so many days on a unit has a history to compare with."""

WINDOW = 28
"""The newest days that are compared with: every weekday four times."""

_FAR = Fraction("3.5")
_BY_MAD = (_FAR / Fraction("0.6745")).as_integer_ratio()
_BY_MEAN = (_FAR * Fraction("1.253314")).as_integer_ratio()  # √(π/2): a normal σ is so many mean deviations
_TRIFLE = 10
_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Kind(StrEnum):
    """Why a value is asked about."""

    OVER_MAX = "over_max"
    OUTLIER = "outlier"
    ABOVE_OTHER = "above_other"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that is asked about, and the limit that it breaks.

    OVER_MAX: the day's value against `max_per_day`. OUTLIER: the day's value against the highest one
    that would not be asked about; `usual` is the median of the days before. ABOVE_OTHER: the unit's
    total against that of the metric named by `at_most`. FALLING: the running total as typed against the
    one before it, or, where it is above the limit, against the next later one.
    """

    kind: Kind
    key: Key
    value: int
    limit: int
    usual: int | None = None


class Running(NamedTuple):
    """A running total as typed, the one before it (or the baseline), and the next later one, if any."""

    typed: int
    previous: int
    following: int | None = None


class Evidence(NamedTuple):
    """What is known of a unit when an entry for a day is judged; what is left out is not judged.

    By metric code, parts added up: the day's value as it would be stored, the accepted values of the
    days before it (oldest first, the judged day left out), the unit's totals before and after the entry.
    By key: the running totals that were typed.
    """

    values: Mapping[str, int]
    history: Mapping[str, Sequence[int]] = _NOTHING
    before: Mapping[str, int] = _NOTHING
    after: Mapping[str, int] = _NOTHING
    running: Mapping[Key, Running] = _NOTHING


def doubts(campaign: Campaign, evidence: Evidence) -> tuple[Doubt, ...]:
    """Return what must be asked before the entry counts: metrics in campaign order, kinds in Kind's."""
    found: list[Doubt] = []
    for metric in campaign.counted:
        for check in _CHECKS:
            found += check(metric, evidence)
    return tuple(found)


def highest_usual(history: Sequence[int]) -> int | None:
    """Return the highest day value that is not asked about; None before `ENOUGH` days of history.

    A value is an outlier where its modified z-score 0.6745·(x - median)/MAD exceeds 3.5 (Iglewicz and
    Hoaglin, How to Detect and Handle Outliers, 1993). Where more than half of the days are alike the MAD
    is 0, and the mean absolute deviation from the median takes its place, times √(π/2). A value up to
    twice the median and ten is never asked about, so small wards are not asked over trifles.
    Only high values are: a low day is ordinary, and the receipt shows it anyway.
    """
    if len(history) < ENOUGH:
        return None
    recent = history[-WINDOW:]
    middle = _doubled_median(recent)
    deviations = [abs(2 * value - middle) for value in recent]
    mad = _doubled_median(deviations)
    # Exact in whole numbers, since fractions cost forty times as much: 2·median, 4·MAD, 2n·mean deviation.
    times, (over, under) = (4, _BY_MAD) if mad else (2 * len(recent), _BY_MEAN)
    far = 2 * (mad or sum(deviations)) * over
    return max((middle * times * under + far) // (2 * times * under), middle + _TRIFLE)


def _doubled_median(values: Sequence[int]) -> int:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]


def differences(running: Iterable[tuple[date, int]], baseline: int) -> tuple[tuple[date, int], ...]:
    """Return day values of running totals: each less the one before it, the first less `baseline`.

    By date, whatever the order given. A total that is put in for an earlier day changes the next one's
    difference too, so a unit's days are worked out together.
    """
    ordered = sorted(running)
    totals = pairwise((baseline, *(total for _, total in ordered)))
    return tuple((day, now - before) for (day, _), (before, now) in zip(ordered, totals, strict=True))


def _over_max(metric: Metric, evidence: Evidence) -> Sequence[Doubt]:
    value = evidence.values.get(metric.code, 0)
    if metric.max_per_day is None or value <= metric.max_per_day:
        return ()
    return (Doubt(Kind.OVER_MAX, Key(metric.code), value, metric.max_per_day),)


def _outlier(metric: Metric, evidence: Evidence) -> Sequence[Doubt]:
    value, history = evidence.values.get(metric.code, 0), evidence.history.get(metric.code, ())
    limit = highest_usual(history)
    if limit is None or value <= limit:
        return ()
    usual = half_up_of(_doubled_median(history[-WINDOW:]), 2)
    return (Doubt(Kind.OUTLIER, Key(metric.code), value, limit, usual),)


def _above_other(metric: Metric, evidence: Evidence) -> Sequence[Doubt]:
    if metric.at_most is None:
        return ()
    own, other = evidence.after.get(metric.code, 0), evidence.after.get(metric.at_most, 0)
    before = evidence.before.get(metric.code, 0) - evidence.before.get(metric.at_most, 0)
    # Where the baselines already stand the wrong way round, only an entry that makes it worse is asked about.
    return (Doubt(Kind.ABOVE_OTHER, Key(metric.code), own, other),) if own - other > max(before, 0) else ()


def _falling(metric: Metric, evidence: Evidence) -> Sequence[Doubt]:
    found = []
    for key in metric.keys if evidence.running else ():
        running = evidence.running.get(key)
        if running is None:
            continue
        if running.typed < running.previous:
            found.append(Doubt(Kind.FALLING, key, running.typed, running.previous))
        elif running.following is not None and running.typed > running.following:
            found.append(Doubt(Kind.FALLING, key, running.typed, running.following))
    return found


_CHECKS: tuple[Callable[[Metric, Evidence], Sequence[Doubt]], ...]
_CHECKS = (_over_max, _outlier, _above_other, _falling)
