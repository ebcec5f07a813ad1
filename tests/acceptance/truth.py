"""The truth: every figure of the last evening, worked out from the model's reports alone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tests.acceptance.model import Model
from tests.acceptance.province import COUNTED, DAYS, DEADLINE, LAST, LOCKS_AFTER, STARTS, Province, works

Figures = dict[str, int | float | str | None]
"""Figures by their names: `kh.total`, `tn.m1.total`, `tyle.share`, `reported` …; shares as they are written."""

_DAY = timedelta(days=1)
ALL_DAYS = [STARTS + number * _DAY for number in range(DAYS)]


def percent(numerator: int, denominator: int) -> str:
    """Write a share with one decimal, a half rounded up."""
    tenths = (2_000 * numerator + denominator) // (2 * denominator)
    return f"{tenths // 10:,}".replace(",", ".") + f",{tenths % 10}%"


@dataclass(frozen=True)
class Truth:
    """What everything must show."""

    model: Model

    @property
    def province(self) -> Province:
        """Return the units."""
        return self.model.province

    @cached_property
    def cells(self) -> dict[tuple[str, date], Counter[str]]:
        """Return what stands for every ward and day that was reported, officers added up."""
        found: dict[tuple[str, date], Counter[str]] = {}
        for slot, amounts, _ in self.model.reports():
            cell = found.setdefault((slot.unit, slot.day), Counter())
            for key, amount in amounts.items():
                cell[key] += amount
        return found

    def cell(self, ward: str, day: date) -> Mapping[str, int]:
        """Return what stands for a ward's day; empty where nobody has reported."""
        return self.cells.get((ward, day), Counter())

    @cached_property
    def punctual(self) -> set[tuple[str, date]]:
        """Return the wards and days of which a report came on time."""
        return {(slot.unit, slot.day) for slot, _, on_time in self.model.reports() if on_time}

    @cached_property
    def _sums(self) -> Counter[tuple[str, date, str]]:
        sums: Counter[tuple[str, date, str]] = Counter()
        for (code, day), cell in self.cells.items():
            for key, amount in cell.items():
                for unit in self.above(code):
                    for each in dict.fromkeys((key, key.partition(".")[0])):
                        sums[unit, day, each] += amount
        return sums

    def above(self, ward: str) -> tuple[str, ...]:
        """Return a ward and the units above it."""
        return ward, self.province.wards[ward].district, next(iter(self.province.units))

    def on(self, unit: str, day: date, key: str) -> int:
        """Return what a day has brought."""
        return self._sums[unit, day, key]

    def total(self, unit: str, key: str, until: date = LAST) -> int:
        """Return the total at the end of a day; parts begin at nothing."""
        own = sum(self._sums[unit, day, key] for day in ALL_DAYS if day <= until)
        return own + (self.baseline(unit, key) if key in COUNTED else 0)

    def baseline(self, unit: str, metric: str) -> int:
        """Return what a unit began with."""
        return sum(self.province.wards[ward].baseline[metric] for ward in self.province.units[unit])

    def target(self, unit: str, metric: str) -> int:
        """Return what a unit must reach."""
        return sum(self.province.wards[ward].target[metric] for ward in self.province.units[unit])

    def reported(self, unit: str, day: date) -> int:
        """Return how many wards have reported."""
        return sum((ward, day) in self.cells for ward in self.province.units[unit])

    def on_time(self, unit: str, day: date) -> int:
        """Return how many of them on time."""
        return sum((ward, day) in self.punctual for ward in self.province.units[unit])

    def silent(self, unit: str, day: date) -> int:
        """Return how many wards owe a report and have sent nothing, not even what waits to be confirmed."""
        return sum(self.state(ward, day) in {"missing", "locked"} for ward in self.province.units[unit])

    def on_leave(self, unit: str, day: date) -> int:
        """Return how many are on leave, and have sent nothing all the same."""
        wards = self.province.units[unit]
        return sum(day in self.model.leave[ward] and (ward, day) not in self.cells for ward in wards)

    def expected(self, unit: str, day: date) -> int:
        """Return how many owe a report, on a day that is worked."""
        return len(self.province.units[unit]) - self.on_leave(unit, day)

    def planned(self, unit: str, metric: str, day: date) -> int:
        """Return what the straight line from baseline to target asks for, over the days that the unit works."""
        begin, end = self.baseline(unit, metric), self.target(unit, metric)
        passed, whole = self._worked(unit, STARTS, day), self._worked(unit, STARTS, DEADLINE)
        return begin + (2 * (end - begin) * passed + whole) // (2 * whole)

    def _worked(self, unit: str, first: date, last: date) -> int:
        away = self.model.leave[unit] if unit in self.province.wards else set()
        days = (first + number * _DAY for number in range((last - first).days + 1))
        return sum(works(day) and day not in away for day in days)

    def figures(self, unit: str) -> Figures:
        """Return all figures of a unit."""
        found: Figures = {
            "reported": self.reported(unit, LAST),
            "on_time": self.on_time(unit, LAST),
            "on_leave": self.on_leave(unit, LAST),
            "expected": self.expected(unit, LAST),
        }
        for metric in COUNTED:
            found |= {f"{metric}.{name}": figure for name, figure in self._metric(unit, metric).items()}
        for key in self.province.shape.keys:
            if "." in key:
                found[f"{key}.total"] = self.total(unit, key)
        if self.province.shape.ratio:
            of = [self.total(unit, metric) for metric in ("kh", "tn")]
            found |= {"tyle.numerator": of[0], "tyle.denominator": of[1]}
            found |= {"tyle.share": percent(*of), "tyle.exact": of[0] / of[1]}
        return found

    def _metric(self, unit: str, metric: str) -> Figures:
        total, target, today = self.total(unit, metric), self.target(unit, metric), self.on(unit, LAST, metric)
        missing = max(0, target - total)
        return {
            "baseline": self.baseline(unit, metric),
            "total": total,
            "target": target,
            "share": percent(total, target),
            "exact": total / target,
            "today": today,
            "given": today if self.reported(unit, LAST) else None,
            "planned": self.planned(unit, metric, LAST),
            "ahead": total - self.planned(unit, metric, LAST),
            "missing": missing,
            "needed": -(-missing // self._worked(unit, LAST + _DAY, DEADLINE)),
        }

    def attendance(self, unit: str) -> tuple[int, int, int]:
        """Return the reports owed, come and on time over all days that were worked."""
        days = [day for day in ALL_DAYS if works(day)]
        counts = (self.expected, self.reported, self.on_time)
        owed, came, on_time = (sum(count(unit, day) for day in days) for count in counts)
        return owed, came, on_time

    def share(self, unit: str) -> tuple[int, int]:
        """Return what a unit is ranked by."""
        if self.province.shape.ratio:
            return self.total(unit, "kh"), self.total(unit, "tn")
        return self.total(unit, "kh"), self.target(unit, "kh")

    def places(self, units: list[str]) -> dict[str, int]:
        """Return the places of siblings; whoever is level shares one."""
        shares = {unit: self.share(unit) for unit in units}
        return {
            unit: 1 + sum(above * of > mine * other for above, other in shares.values())
            for unit, (mine, of) in shares.items()
        }

    def state(self, ward: str, day: date) -> str:
        """Return what is known of a ward's day."""
        cell = self.cells.get((ward, day))
        if cell is not None:
            if (ward, day) not in self.punctual:
                return "late"
            return "reported" if any(cell.values()) else "zero"
        if any((each.slot.unit, each.slot.day) == (ward, day) for each in self.model.questions):
            return "questioned"
        if not works(day):
            return ""
        if day in self.model.leave[ward]:
            return "on_leave"
        return "locked" if (LAST - day).days > LOCKS_AFTER else "missing"
