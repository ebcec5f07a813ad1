"""Days and hours that lie ahead, as typed: `3 ngày`, `mai`, `đến 05-12`, `05-12 đến 08-12`, `20:00`.

Where `dayword` looks back, as reports do, this looks ahead, as leave and quiet do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from bot.domain.absence import Leave
from bot.domain.text import clean, fold

FARTHEST = 180
"""Days ahead that anybody may name; what lies farther is more likely a slip."""

_DAY = timedelta(days=1)
_SPOKEN = {"hom nay": 0, "hn": 0, "today": 0, "mai": 1, "ngay mai": 1, "tomorrow": 1, "ngay kia": 2}
_UNITS = {"ngay": 1, "day": 1, "days": 1, "tuan": 7, "week": 7, "weeks": 7}
_OFF = frozenset({"thoi", "huy", "het nghi", "cancel", "end", "off"})

_DATE = r"\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{4})?"
_POINT = rf"(?:(?:ngay )?{_DATE}|{'|'.join(sorted(_SPOKEN, key=len, reverse=True))})"
_UNTIL = r"(?:den het|den|until|till|to)"
_SPAN = re.compile(
    rf"(?:(?P<count>\d{{1,3}}) (?P<unit>{'|'.join(_UNITS)})"
    rf"|(?:(?:tu |from )?(?P<first>{_POINT}) )?{_UNTIL} (?P<last>{_POINT})"
    rf"|(?:tu |from )?(?P<only>{_POINT}))"
)
_TAIL = re.compile(rf"(?:^|(?<= ))(?:{_SPAN.pattern}|(?P<off>{'|'.join(sorted(_OFF))}))$")
_HOUR = re.compile(r"(\d{1,2})(?:[:h.](\d{2})?| gio)?")


class NoSpan(StrEnum):
    """Why what was typed is no time ahead."""

    NO_DAY = "no_day"  # a date that does not exist: `31-02`
    PAST = "past"
    BACKWARDS = "backwards"  # ends before it begins
    TOO_FAR = "too_far"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Off:
    """What was given is to end."""


Span = Leave | Off | NoSpan


def split(text: str, today: date) -> tuple[str, Span | None]:
    """Return what stands before the span, and the span; None where no span is named."""
    words = clean(text)
    tail = _TAIL.search(fold(words))
    if tail is None:
        return words, None
    kept = len(words.split()) - len(tail.group().split())
    return " ".join(words.split()[:kept]), Off() if tail["off"] else _span(tail, today)


def _span(found: re.Match[str], today: date) -> Span:
    if found["count"]:
        days = int(found["count"]) * _UNITS[found["unit"]]
        return _checked(today, today + (days - 1) * _DAY, today) if days else NoSpan.UNREADABLE
    first = _point(found["first"] or found["only"] or "", today)
    last = _point(found["last"] or "", today)
    for each in (first, last):
        if isinstance(each, NoSpan):
            return each
    begins = first if isinstance(first, date) else today
    return _checked(begins, last if isinstance(last, date) else begins, today)


def _checked(first: date, last: date, today: date) -> Leave | NoSpan:
    faults: tuple[tuple[NoSpan, Callable[[], bool]], ...] = (
        (NoSpan.PAST, lambda: first < today),
        (NoSpan.BACKWARDS, lambda: last < first),
        (NoSpan.TOO_FAR, lambda: (last - today).days > FARTHEST),
    )
    return next((fault for fault, holds in faults if holds()), Leave(first, last))


def _point(text: str, today: date) -> date | NoSpan | None:
    """Return the day meant; without a year the next such day, today included."""
    if not text:
        return None
    if text in _SPOKEN:
        return today + _SPOKEN[text] * _DAY
    day, month, *year = (int(number) for number in re.findall(r"\d+", text))
    found = [date(each, month, day) for each in year or range(today.year, today.year + 2) if _exists(each, month, day)]
    if not found:
        return NoSpan.NO_DAY
    return next((each for each in found if each >= today), NoSpan.PAST)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def hour(text: str) -> time | None:
    """Return the time of day that is all that was said: `20:00`, `20h`, `20h30`, `20 giờ`; None for anything else."""
    found = _HOUR.fullmatch(fold(text))
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    return time(hours, minutes) if hours <= time.max.hour and minutes <= time.max.minute else None
