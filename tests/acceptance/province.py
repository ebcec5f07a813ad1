"""A drawn province: fourteen districts, some hundred and eighty wards, and a campaign of forty-five days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.config import Config
from tests import cast

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
ROOT: Final = "BT"
STARTS: Final = date(2023, 11, 2)
DAYS: Final = 40
LAST: Final = STARTS + timedelta(days=DAYS - 1)
DEADLINE: Final = LAST + timedelta(days=5)
HOLIDAY: Final = date(2023, 11, 20)
EVENING: Final = datetime(LAST.year, LAST.month, LAST.day, 22, 0, tzinfo=ZONE)
LOCKS_AFTER: Final = 3
MOST: Final = 500
"""The most of a metric that a ward reports in a day without being asked about it."""

UNITS: Final = 200
DISTRICTS: Final = 14
COUNTED: Final = ("tn", "kh")
NAMES: Final[Mapping[str, str]] = {"tn": "Thu nhận", "kh": "Kích hoạt", "tyle": "Tỷ lệ", "m1": "Mức 1", "m2": "Mức 2"}


@dataclass(frozen=True)
class Ward:
    """A reporting unit, with what it starts from and must reach in each counted metric."""

    code: str
    district: str
    baseline: Mapping[str, int]
    target: Mapping[str, int]


@dataclass(frozen=True)
class Shape:
    """What differs from campaign to campaign: whether `tn` has parts, what leads, and what two officers mean."""

    parts: bool = False
    ratio: bool = False
    adds_officers: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Return what is typed, in the order of a line."""
        return ("tn.m1", "tn.m2", "kh") if self.parts else ("tn", "kh")

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """Return the metrics as a config holds them."""
        parts = [{"code": code, "name": NAMES[code]} for code in ("m1", "m2")] if self.parts else []
        ratio = {"code": "tyle", "name": NAMES["tyle"], "kind": "ratio", "of": ["kh", "tn"], "target_percent": 80}
        return [
            {"code": "tn", "name": NAMES["tn"], "max_per_day": MOST, "parts": parts},
            {"code": "kh", "name": NAMES["kh"], "max_per_day": MOST, "main": not self.ratio},
            *([{**ratio, "main": True}] if self.ratio else []),
        ]


@dataclass(frozen=True)
class Province:
    """The units, and the campaign's shape."""

    shape: Shape
    wards: Mapping[str, Ward]

    @classmethod
    def drawn(cls, shape: Shape, chance: Random) -> "Province":
        """Draw targets and baselines; some wards have reached theirs before it begins."""
        wards = {}
        for number in range(UNITS - DISTRICTS - 1):
            target = {metric: chance.randint(200, 2_500) for metric in COUNTED}
            baseline = {metric: chance.randint(0, target[metric] * 11 // 10) for metric in COUNTED}
            wards[f"X{number:03}"] = Ward(f"X{number:03}", f"H{number % DISTRICTS:02}", baseline, target)
        return cls(shape, wards)

    @cached_property
    def districts(self) -> dict[str, list[str]]:
        """Return the wards of every district."""
        found: dict[str, list[str]] = {f"H{number:02}": [] for number in range(DISTRICTS)}
        for ward in self.wards.values():
            found[ward.district].append(ward.code)
        return found

    @cached_property
    def units(self) -> dict[str, list[str]]:
        """Return every unit with the wards under (and with) it."""
        return {ROOT: [*self.wards], **self.districts, **{code: [code] for code in self.wards}}

    @property
    def roster(self) -> str:
        """Return the roster as a table."""
        rows = ["code,name,level,parent,target.tn,baseline.tn,target.kh,baseline.kh", f"{ROOT},Bến Tre,tinh,,,,,"]
        rows += [f"{code},Huyện số {code[1:]},huyen,{ROOT},,,," for code in self.districts]
        for ward in self.wards.values():
            goals = ",".join(f"{ward.target[metric]},{ward.baseline[metric]}" for metric in COUNTED)
            rows.append(f"{ward.code},Xã số {ward.code[1:]},xa,{ward.district},{goals}")
        return "\n".join(rows) + "\n"

    def config(self, folder: Path) -> Config:
        """Return the config; Sundays and one Monday are not worked, and a day closes at two in the night."""
        campaign = cast.campaign(
            starts=STARTS,
            deadline=DEADLINE,
            report_due=DEADLINE,
            day_closes="02:00",
            locks_after_days=LOCKS_AFTER,
            metrics=self.shape.metrics,
            policy="sum_of_officers" if self.shape.adds_officers else "one_per_unit",
        )
        calendar = {"working_days": ["mon", "tue", "wed", "thu", "fri", "sat"], "holidays": [HOLIDAY]}
        return cast.config(folder, campaigns=[campaign], calendar=calendar)


def works(day: date) -> bool:
    """Tell whether a day is worked."""
    return day.isoweekday() != 7 and day != HOLIDAY


def reporting_day(moment: datetime) -> date:
    """Return the day that something said at a moment is said on."""
    return (moment.astimezone(ZONE) - timedelta(hours=2)).date()
