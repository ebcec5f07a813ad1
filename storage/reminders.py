"""Reminders: how a person wants to be reminded."""

from dataclasses import dataclass
from enum import StrEnum

from storage.sqlite import Tx

WORD = "remind"
"""The coalescing word of reminders in the outbox: a newer one replaces one that still waits."""


class Intensity(StrEnum):
    """How much of the day's ladder a person gets."""

    LIGHT = "light"  # the last one only
    NORMAL = "normal"  # all that are configured
    FULL = "full"  # those that the last days add, too
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person has chosen; `quiet_until` is an instant in seconds, until which there is nothing."""

    intensity: Intensity = Intensity.NORMAL
    quiet_until: int = 0


def wish(tx: Tx, person: int) -> Wish:
    """Return what a person has chosen, or what holds for those who never did."""
    row = tx.one("SELECT intensity, quiet_until FROM reminders WHERE person = ?", (person,))
    return Wish() if row is None else Wish(Intensity(row["intensity"]), row["quiet_until"])


def wishes(tx: Tx) -> dict[int, Wish]:
    """Return what everybody has chosen who did."""
    rows = tx.all("SELECT person, intensity, quiet_until FROM reminders")
    return {row["person"]: Wish(Intensity(row["intensity"]), row["quiet_until"]) for row in rows}


def choose(tx: Tx, person: int, chosen: Wish) -> None:
    """Remember what a person has chosen."""
    tx.run(
        "INSERT INTO reminders (person, intensity, quiet_until) VALUES (?, ?, ?)"
        " ON CONFLICT (person) DO UPDATE SET intensity = excluded.intensity, quiet_until = excluded.quiet_until",
        (person, chosen.intensity, chosen.quiet_until),
    )
