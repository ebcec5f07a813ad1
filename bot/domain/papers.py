"""Orders: what a file is printed from when it is sent, and how it is called."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from bot.domain.figures import Language
from bot.domain.units import UnitId

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


class Format(StrEnum):
    """Which file; the value is its extension."""

    XLSX = "xlsx"  # the workbook
    DOCX = "docx"  # the report for the People's Committee
    CSV = "csv"  # the plain table


@dataclass(frozen=True, slots=True)
class Order:
    """One file: of a unit and all below it in a campaign, as things stand at the end of `until`."""

    format: Format
    campaign: str
    unit: UnitId
    until: date
    language: Language

    def dump(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return {
            "format": self.format.value,
            "campaign": self.campaign,
            "unit": self.unit,
            "until": self.until.isoformat(),
            "language": self.language,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `dump` returned; KeyError or ValueError where it is something else."""
        return cls(
            Format(stored["format"]),
            stored["campaign"],
            UnitId(stored["unit"]),
            date.fromisoformat(stored["until"]),
            stored["language"],
        )


def file_name(campaign: str, code: str, until: date, form: Format) -> str:
    """Return a name that every system takes: `vneid-BT-2023-12-15.xlsx`; other characters of codes become `_`."""
    stem = f"{campaign}-{code}-{until.isoformat()}"
    return f"{_UNSAFE.sub('_', stem)}.{form.value}"
