"""Figures: exact shares, and how numbers, percentages and dates are written in each language."""

from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, NamedTuple

Language = Literal["vi", "en"]

UNKNOWN: Final = "–"
"""What is written where there is nothing to divide by."""

_WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}

_GROUP = 1_000  # from here on digits are written in groups


def half_up(value: Fraction) -> int:
    """Round to the nearest integer; a half goes up, also below zero.

    That keeps differences true to what is shown: 79,985 % is shown as 79,99 %, and against 80 % it
    lacks 0,01 points, not 0,02.
    """
    return half_up_of(value.numerator, value.denominator)


def half_up_of(numerator: int, denominator: int) -> int:
    """Round a quotient in the same way, in whole numbers: fractions cost ten times as much, and receipts are many."""
    return (2 * numerator + denominator) // (2 * denominator)


def as_written(percent: float | Decimal) -> Fraction:
    """Return a percentage exactly as a person wrote it: 0.1 is one tenth, not its binary neighbour."""
    return Fraction(str(percent))


class Share(NamedTuple):
    """So many of so many."""

    numerator: int
    denominator: int

    @property
    def exact(self) -> Fraction | None:
        """Return the share as a fraction of one; None where the denominator is 0."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    def percent(self, decimals: int) -> Decimal | None:
        """Return the percentage rounded half up to `decimals` places; None without a denominator."""
        if not self.denominator:
            return None
        return Decimal(half_up_of(self.numerator * 10 ** (decimals + 2), self.denominator)).scaleb(-decimals)

    def points(self, target: Fraction, decimals: int) -> Decimal | None:
        """Return by how many percentage points the share exceeds the `target` percentage, rounded."""
        if self.exact is None:
            return None
        return Decimal(half_up((self.exact * 100 - target) * 10**decimals)).scaleb(-decimals)


def number(value: int, language: Language) -> str:
    """Write `1.234.567`, in English `1,234,567`."""
    return _in(language, f"{value:,}") if abs(value) >= _GROUP else str(value)


def signed(value: int, language: Language) -> str:
    """Write `+1.234` or `-5`; zero is `+0`."""
    return _in(language, f"{value:+,}") if abs(value) >= _GROUP else f"{value:+}"


def percent(share: Share, decimals: int, language: Language) -> str:
    """Write `71,3%`: at least one decimal, at most `decimals`, trailing zeros dropped."""
    return _in(language, _percent(share, decimals))


def progress(share: Share, decimals: int, language: Language) -> str:
    """Write `1.234/5.000 (24,7%)`."""
    return _in(language, f"{share.numerator:,}/{share.denominator:,} ({_percent(share, decimals)})")


def _percent(share: Share, decimals: int) -> str:
    numerator, denominator = share
    if not denominator:
        return UNKNOWN
    unit = 10**decimals
    scaled = half_up_of(numerator * unit * 100, denominator)
    whole, rest = divmod(abs(scaled), unit)
    shown = str(rest).zfill(decimals).rstrip("0") or "0"
    return f"{'-' if scaled < 0 else ''}{whole:,}.{shown}%"


def points(value: Decimal, language: Language) -> str:
    """Write a number of percentage points as `19,52%`, without its sign: a word says above or below."""
    whole, _, decimals = f"{abs(value):,f}".partition(".")
    return _in(language, f"{whole}.{decimals.rstrip('0') or '0'}%")


def day(value: date) -> str:
    """Write `15-12-2023`."""
    return f"{value.day:02}-{value.month:02}-{value.year:04}"


def weekday(value: date, language: Language) -> str:
    """Write `thứ Sáu`, in English `Friday`."""
    return _WEEKDAYS[language][value.weekday()]


@lru_cache(maxsize=1_000)
def long_day(value: date, language: Language) -> str:
    """Write `thứ Sáu 01-12-2023`."""
    return f"{weekday(value, language)} {day(value)}"


def clock_time(value: time) -> str:
    """Write `17:30`."""
    return f"{value:%H:%M}"


def _in(language: Language, english: str) -> str:
    """Exchange points and commas; three replacements cost a fifth of `translate`."""
    return english.replace(",", ";").replace(".", ",").replace(";", ".") if language == "vi" else english
