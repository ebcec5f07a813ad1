"""Refusals: why a line was not understood, with the facts that an answer needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.text import clean, fold

TYPED = 1000
"""Characters that are searched for the offending bit."""

SHOWN = 40
"""Code points of the offending bit that a refusal carries at most."""

Fact = int | str | tuple[str, ...]


class Reason(StrEnum):
    """Why a line is refused; the examples are for metrics tn and kh, today 14-11-2023."""

    NOT_A_REPORT = "not_a_report"
    """No number and no word for zero, so perhaps ordinary chat: `mười hai`, `chào đồng chí`, `hq`."""
    TOO_LONG = "too_long"
    """More than a thousand characters. Facts: `limit`."""
    FOREIGN_DIGITS = "foreign_digits"
    """Digits that are neither ASCII nor full-width: `٣٤`, `4²`, `①`, `½`, `Ⅷ`, `五`."""
    BAD_NUMBER = "bad_number"
    """Begins with a digit and is no number: `1e3`, `0x10`, `1_000`, `007`, `45tn`, `45%`."""
    FRACTION = "fraction"
    """Counts are whole: `12,5`, `1.25`, `0,125`."""
    BAD_GROUPS = "bad_groups"
    """Dots or commas that do not part groups of three: `1.2500`, `1.250,300`, `12.34.567`."""
    OVER_LIMIT = "over_limit"
    """Larger than one number may be: `99999999`. Facts: `limit`."""
    UNKNOWN_WORD = "unknown_word"
    """A word or sign that is no metric, day or number: `xyz 45`, `45 30 👍`."""
    BAD_DAY = "bad_day"
    """No such day, or its year has not four digits: `12/13`, `30/2`, `14/11/23`."""
    FUTURE_DAY = "future_day"
    """A day after the message's own: `15-11-2023 45 30`. Facts: `day` (ISO)."""
    AMBIGUOUS = "ambiguous"
    """Several readings: `45 kh 30`, `kh - 30`, `1 250 300`. Facts: `readings`, where they can be listed."""
    TOO_MANY = "too_many"
    """More numbers than places for them: `45 30 12`, `tn 45 30`. Facts: `places`."""
    TWICE = "twice"
    """The same metric, part or day twice: `tn 45 tn 46`, `hq 13/11 45`. Facts: `metric`, unless a day."""
    NO_NUMBER = "no_number"
    """A metric is named without its number beside others: `tn 45 kh`."""
    NEEDS_PARTS = "needs_parts"
    """One number, or a signed one, for a metric with parts: `tn 45`. Facts: `metric`, `parts`."""
    HAS_NO_PARTS = "has_no_parts"
    """Added numbers for what has no parts: `kh 5+40`. Facts: `metric`."""
    PART_COUNT = "part_count"
    """Another number of parts than the metric has: `tn 1+2+3`. Facts: `metric`, `parts`."""
    SIGN_WITHOUT_CODE = "sign_without_code"
    """A sign that does not follow a metric: `-5`, `+5`, `45 -30`."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that records nothing: the reason, the offending bit (cleaned, short) and its facts."""

    reason: Reason
    text: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


class RefusalError(Exception):
    """Leaves a reading half-way; never leaves this package. `bit` is folded text."""

    def __init__(self, reason: Reason, bit: str = "", **facts: Fact) -> None:
        super().__init__(reason, bit)
        self.reason = reason
        self.bit = bit
        self.facts = facts

    def refusal(self, typed: str) -> Refusal:
        """Return the refusal, its bit as the officer typed it."""
        return Refusal(self.reason, _as_typed(self.bit, typed), self.facts)


def _as_typed(bit: str, typed: str) -> str:
    """Return the typed word whose folded form holds `bit`, so that accents are shown again."""
    cleaned = clean(typed[:TYPED])
    found = next((word for word in cleaned.split() if bit in fold(word)), bit) if bit else cleaned
    return clean(found, SHOWN)
