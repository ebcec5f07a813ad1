"""Days as typed: words for the last days, and dates with or without a year."""

import re
from calendar import isleap
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from bot.domain.tally.refusal import Reason, RefusalError

_SPOKEN = {"hn": 0, "hom nay": 0, "hq": 1, "hom qua": 1, "hom kia": 2}
AGO: Mapping[str, int] = MappingProxyType(
    _SPOKEN | {f"ngay {word}": days for word, days in _SPOKEN.items()},
)
"""How many days ago each folded word is; "ngày" may stand before any of them."""

DATE = re.compile(r"(?:ngay )?\d+(?:[/-]\d+)+")
"""What is meant as a date, rightly written or not. A dot groups thousands, so it does not part a date."""

_WRITTEN = re.compile(r"(?:ngay )?(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}))?")
_LEAP_GAP = 8
"""Years between two 29 February at most."""


def resolve(text: str, today: date, starts: date) -> date:
    """Return the day meant; without a year it is the latest such day that is not after `today`.

    RefusalError where there is no such day (BAD_DAY) or it lies ahead (FUTURE_DAY). A date of this year that
    lies ahead is not taken for last year's where the campaign had not started by then.
    """
    if text in AGO:
        return today - timedelta(days=AGO[text])
    written = _WRITTEN.fullmatch(text)
    if not written:
        raise RefusalError(Reason.BAD_DAY, text)
    day, _, month, year = written.groups()
    if year:
        return _not_ahead(_date(int(year), int(month), int(day), text), today, text)
    return _latest(int(month), int(day), today, starts, text)


def _latest(month: int, day: int, today: date, starts: date, text: str) -> date:
    _date(2000, month, day, text)  # a leap year: whatever exists at all exists there
    years = range(today.year, today.year - _LEAP_GAP - 1, -1)
    days = [date(year, month, day) for year in years if (month, day) != (2, 29) or isleap(year)]
    latest = next(found for found in days if found <= today)
    return _not_ahead(days[0], today, text) if latest < starts else latest


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise RefusalError(Reason.BAD_DAY, text) from None


def _not_ahead(day: date, today: date, text: str) -> date:
    if day > today:
        raise RefusalError(Reason.FUTURE_DAY, text, day=day.isoformat())
    return day
