"""Announcements: a commander's words to everybody below, and how far they have come."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.text import clean

LONGEST = 3_000
"""Characters: with the signature it still fits one message."""

A_DAY = 10
"""Announcements that one person may send in a day."""


def body(text: str) -> str:
    """Return outside text as it is announced: line by line, each cleaned, with no two empty ones in a row."""
    lines = [clean(line) for line in text.splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many recipients were reached, wait, were not reached, or may have been."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0
    unknown: int = 0

    @classmethod
    def of(cls, states: Iterable[str]) -> "Delivery":
        """Count the states of rows of the outbox."""
        listed = list(states)
        known = {state: listed.count(state) for state in ("sent", "unknown")}
        waiting = sum(state in {"waiting", "sending"} for state in listed)
        return cls(known["sent"], waiting, len(listed) - waiting - sum(known.values()), known["unknown"])

    @property
    def total(self) -> int:
        """Return how many recipients there are."""
        return self.sent + self.waiting + self.failed + self.unknown
