"""Cells of a roster: text as somebody typed it, and what it means, or why it means nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bot.domain.roster.columns import Column, Percent
from bot.domain.roster.problems import EXCERPT, RowProblem, Trouble
from bot.domain.text import clean, fold

T = TypeVar("T")

NAME_LENGTH = 120
LIMIT = 999_999_999_999  # the greatest number of a roster; sums over a nation's units still fit 64 bits

_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}")
_PLAIN = re.compile(r"([0-9]+)(?:\.0)?")  # some programs write whole numbers as 1250.0
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([., ])[0-9]{3})(?:\1[0-9]{3})*")
_PERCENT = re.compile(r"([0-9]{1,4}(?:[.,][0-9]{1,2})?) ?%")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")


class Cells:
    """The cells of one row by column, and the problems met while reading them."""

    def __init__(self, line: int, cells: Sequence[str], columns: Mapping[int, Column]) -> None:
        self.line = line
        self.problems: list[RowProblem] = []
        self.texts = {column: clean(cells[n]) for n, column in columns.items() if n < len(cells)}
        for position, cell in enumerate(cells):
            if position not in columns and clean(cell):
                self.refuse(str(position + 1), cell, Trouble.OUTSIDE_COLUMNS)

    def refuse(self, column: Column, value: str, trouble: Trouble) -> None:
        """Note a problem."""
        self.problems.append(RowProblem(self.line, str(column), clean(value, EXCERPT), trouble))

    def take(self, column: Column, read: Callable[[str], T | Trouble], default: T) -> T:
        """Return what `read` makes of a cell; the default where it is empty or refused."""
        text = self.texts.get(column, "")
        if not text:
            if column in {"code", "name", "level"}:
                self.refuse(column, "", Trouble.EMPTY)
            return default
        value = read(text)
        if isinstance(value, Trouble):
            self.refuse(column, text, value)
            return default
        return value


def code(text: str) -> str | Trouble:
    """Read a unit's code."""
    return text if _CODE.fullmatch(text) else Trouble.BAD_CODE


def name(text: str) -> str | Trouble:
    """Read a name."""
    return text if len(text) <= NAME_LENGTH else Trouble.TOO_LONG


def aliases(text: str) -> tuple[str, ...] | Trouble:
    """Read alternatives separated by `|`; those that sound alike are one."""
    heard = {fold(alias): alias for alias in map(clean, reversed(text.split("|"))) if alias}
    if any(len(alias) > NAME_LENGTH for alias in heard.values()):
        return Trouble.TOO_LONG
    return tuple(reversed(heard.values()))


def number(text: str) -> int | Trouble:
    """Read digits, or correct groups of three with one separator."""
    if plain := _PLAIN.fullmatch(text):
        digits = plain[1].lstrip("0") or "0"
    elif _GROUPED.fullmatch(text):
        digits = re.sub("[., ]", "", text)
    elif re.match(r"[-−–(] ?[0-9]", text):
        return Trouble.NEGATIVE
    else:
        return Trouble.FRACTION if re.fullmatch(r"[0-9]+[.,][0-9]+", text) else Trouble.NOT_A_NUMBER
    return int(digits) if len(digits) <= len(str(LIMIT)) else Trouble.TOO_BIG


def target(text: str) -> int | Percent | Trouble:
    """Read a total, or a percentage of the unit's population such as 80% or 80,5%."""
    if "%" not in text:
        return number(text)
    share = _PERCENT.fullmatch(text)
    percent = Decimal(share[1].replace(",", ".")) if share else Decimal(0)
    return Percent(percent) if 0 < percent <= 1000 else Trouble.BAD_PERCENT  # noqa: PLR2004  (as campaign.Share)


def day(text: str) -> date | Trouble:
    """Read a date: as programs write it (2023-12-05), or as people do, the day first (05-12-2023)."""
    if iso := _ISO.fullmatch(text):
        parts = iso.groups()
    elif local := _LOCAL.fullmatch(text):
        parts = (local[4], local[3], local[1])
    else:
        return Trouble.BAD_DAY
    try:
        return date(*map(int, parts))
    except ValueError:
        return Trouble.BAD_DAY
