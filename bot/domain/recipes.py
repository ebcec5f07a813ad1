"""Recipes: what a picture is painted from when it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from bot.domain.figures import Language
from bot.domain.units import UnitId


class Kind(StrEnum):
    """Which chart."""

    LINE = "line"  # a unit's total day by day against its planned line
    BARS = "bars"  # its children side by side
    GRID = "grid"  # who has reported on the last fourteen days


@dataclass(frozen=True, slots=True)
class Recipe:
    """One chart: of a unit in a campaign, as things stand at the end of `day`.

    `over`: the day's cut-off has passed, so that who is silent is missing.
    """

    kind: Kind
    campaign: str
    unit: UnitId
    day: date
    language: Language
    over: bool

    def dump(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return {
            "kind": self.kind.value,
            "campaign": self.campaign,
            "unit": self.unit,
            "day": self.day.isoformat(),
            "language": self.language,
            "over": self.over,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `dump` returned; KeyError or ValueError where it is something else."""
        return cls(
            Kind(stored["kind"]),
            stored["campaign"],
            UnitId(stored["unit"]),
            date.fromisoformat(stored["day"]),
            stored["language"],
            stored["over"],
        )
