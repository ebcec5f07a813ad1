"""Gauges: what whoever watches the machine reads from the data, beside its health."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.days import Stage, stage
from bot.domain.units import UnitId
from bot.domain.world import World
from storage import silences
from storage.sqlite import Tx
from storage.statuses import unit_status


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many units owe a report for today, and how many of them have sent none; by campaign."""

    campaign: str
    expected: int
    missing: int


def pushes(tx: Tx) -> dict[str, int]:
    """Return how many pushes there ever were in each state: sent, late, skipped."""
    rows = tx.all("SELECT state, count(*) AS number FROM job_runs WHERE state <> 'done' GROUP BY state")
    return {"sent": 0, "late": 0, "skipped": 0} | {row["state"]: row["number"] for row in rows}


def turnouts(tx: Tx, world: World, now: datetime) -> list[Turnout]:
    """Return today's turnout of every campaign that is under way."""
    found = []
    for campaign in world.setting.campaigns:
        root, day = world.root(campaign), world.today(campaign, now)
        if root is None or campaign.archived or stage(day, campaign) not in (Stage.RUNNING, Stage.LAST_DAY):
            continue
        expected = unit_status(tx, world, campaign, root, day).expected
        found.append(Turnout(campaign.code, expected, len(silences.missing(tx, world, campaign, UnitId(root.id), day))))
    return found


def said(tx: Tx, numbers: list[int]) -> list[int | None]:
    """Return when each of these entries was said, in Unix seconds; None for those that are not there."""
    found: list[int | None] = [tx.value("SELECT said FROM entries WHERE id = ?", (number,)) for number in numbers]
    return found
