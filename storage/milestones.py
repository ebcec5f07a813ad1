"""Milestones: the marks that units have passed, each told in one slot and never again."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.schedule import Slot
from bot.domain.units import UnitId
from storage.sqlite import Tx


@dataclass(frozen=True, slots=True)
class Passed:
    """A unit's mark, in percent of its deadline target."""

    unit: UnitId
    mark: int


def known(tx: Tx, campaign: str, metric: str) -> set[Passed]:
    """Return all marks that were ever noted."""
    rows = tx.all("SELECT unit, mark FROM milestones WHERE campaign = ? AND metric = ?", (campaign, metric))
    return {Passed(UnitId(row["unit"]), row["mark"]) for row in rows}


def told_in(tx: Tx, slot: Slot, metric: str) -> set[Passed]:
    """Return the marks that belong to this slot."""
    rows = tx.all(
        "SELECT unit, mark FROM milestones WHERE campaign = ? AND metric = ? AND day = ? AND slot = ?",
        (slot.campaign, metric, slot.day.isoformat(), f"{slot.time:%H:%M}"),
    )
    return {Passed(UnitId(row["unit"]), row["mark"]) for row in rows}


def note(tx: Tx, slot: Slot, metric: str, passed: Iterable[Passed]) -> None:
    """Note marks as told in this slot."""
    for each in passed:
        tx.run(
            "INSERT INTO milestones (campaign, unit, metric, mark, day, slot) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (slot.campaign, each.unit, metric, each.mark, slot.day.isoformat(), f"{slot.time:%H:%M}"),
        )


def totals(tx: Tx, campaign: str, metric: str) -> dict[UnitId, int]:
    """Return every unit's sum of a metric since the start, baseline not included."""
    rows = tx.all("SELECT unit, amount FROM totals WHERE campaign = ? AND metric = ? AND part = ''", (campaign, metric))
    return {UnitId(row["unit"]): row["amount"] for row in rows}
