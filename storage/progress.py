"""Progress: sums and turnout over days, for charts and for what is said about a day, a week or the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.domain.units import UnitId
from bot.domain.world import World
from storage import tallies
from storage.sqlite import Tx
from storage.tallies import Turnout


def by_day(tx: Tx, campaign: str, unit: UnitId, metric: str, until: date) -> dict[date, int]:
    """Return a unit's sums of the days up to `until` on which anything was counted, in order."""
    rows = tx.all(
        "SELECT day, amount FROM daily WHERE campaign = ? AND unit = ? AND metric = ? AND part = '' AND day <= ?"
        " ORDER BY day",
        (campaign, unit, metric, until.isoformat()),
    )
    return {date.fromisoformat(row["day"]): row["amount"] for row in rows}


def between(tx: Tx, campaign: str, unit: UnitId, metric: str, first: date, last: date) -> int:
    """Return a unit's sum from `first` to `last`, both included."""
    amount: int = tx.value(
        "SELECT coalesce(sum(amount), 0) FROM daily WHERE campaign = ? AND unit = ? AND metric = ? AND part = ''"
        " AND day BETWEEN ? AND ?",
        (campaign, unit, metric, first.isoformat(), last.isoformat()),
    )
    return amount


def below_between(tx: Tx, campaign: str, parent: UnitId, metric: str, first: date, last: date) -> dict[UnitId, int]:
    """Return the same for each child that has counted anything on those days."""
    rows = tx.all(
        "SELECT d.unit, sum(d.amount) AS amount FROM units u CROSS JOIN daily d"
        " WHERE u.parent = ? AND d.unit = u.id AND d.campaign = ? AND d.metric = ? AND d.part = ''"
        " AND d.day BETWEEN ? AND ? GROUP BY d.unit",
        (parent, campaign, metric, first.isoformat(), last.isoformat()),
    )
    return {UnitId(row["unit"]): row["amount"] for row in rows}


def turnouts(tx: Tx, campaign: str, unit: UnitId, first: date, last: date) -> dict[date, Turnout]:
    """Return how many units under (and with) this one have reported, for the days on which any has."""
    rows = tx.all(
        "SELECT day, reported, on_time FROM turnout WHERE campaign = ? AND unit = ? AND day BETWEEN ? AND ?",
        (campaign, unit, first.isoformat(), last.isoformat()),
    )
    return {date.fromisoformat(row["day"]): Turnout(row["reported"], row["on_time"]) for row in rows}


def missing(tx: Tx, world: World, campaign: str, unit: UnitId, day: date) -> Iterator[UnitId]:
    """Yield the reporting units under (and with) this one that owe a report for the day, in the tree's order.

    Only branches in which somebody is missing are entered.
    """
    yield from _missing(tx, world, campaign, unit, day, tallies.turnout(tx, campaign, unit, day).reported)


def _missing(tx: Tx, world: World, campaign: str, unit: UnitId, day: date, came: int) -> Iterator[UnitId]:
    if came >= world.expected_on(campaign, unit, day):
        return
    below = _reported_below(tx, world, campaign, unit, day)
    # A reporting unit that others were merged into is silent itself where all that came is theirs.
    own = came - sum(below.values()) if below else 0
    if unit in world.reporting[campaign] and world.owes(campaign, unit, day) and not own:
        yield unit
    for child, reported in below.items():
        yield from _missing(tx, world, campaign, child, day, reported)


def _reported_below(tx: Tx, world: World, campaign: str, parent: UnitId, day: date) -> dict[UnitId, int]:
    """Return how many reports have come from each child, or from below it, in the tree's order."""
    children = world.tree.children[parent]
    came = reported_below(tx, campaign, parent, day) if children else {}
    # In the tree a merged unit stands under the one that goes on for it, in the table under its former parent.
    return {
        child: tallies.turnout(tx, campaign, child, day).reported if world.tree[child].merged else came.get(child, 0)
        for child in children
    }


def reported_below(tx: Tx, campaign: str, parent: UnitId, day: date) -> dict[UnitId, int]:
    """Return how many reports have come from a unit's children, or from below them, for a day: those that have any."""
    rows = tx.all(
        "SELECT t.unit, t.reported FROM units u CROSS JOIN turnout t"
        " WHERE u.parent = ? AND t.unit = u.id AND t.campaign = ? AND t.day = ?",
        (parent, campaign, day.isoformat()),
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Question:
    """An entry that somebody still has to confirm."""

    ref: str
    unit: UnitId
    day: date


def questions(tx: Tx, campaign: str) -> list[Question]:
    """Return all questioned entries that are open, oldest first."""
    rows = tx.all(
        "SELECT e.ref, q.unit, q.day FROM questions q JOIN entries e ON e.id = q.entry WHERE q.campaign = ?"
        " ORDER BY q.entry",
        (campaign,),
    )
    return [Question(row["ref"], UnitId(row["unit"]), date.fromisoformat(row["day"])) for row in rows]


def zeros(tx: Tx, campaign: str, unit: UnitId, first: date, last: date) -> set[date]:
    """Return the days for which a reporting unit has reported nothing but zeros."""
    # By way of the totals, which name what the unit counts: without it all that it ever reported is walked through.
    rows = tx.all(
        "SELECT t.day FROM totals k CROSS JOIN tallies t WHERE k.campaign = ? AND k.unit = ?"
        " AND t.campaign = k.campaign AND t.unit = k.unit AND t.metric = k.metric AND t.part = k.part"
        " AND t.day BETWEEN ? AND ?"
        " GROUP BY t.day HAVING max(abs(t.amount)) = 0",
        (campaign, unit, first.isoformat(), last.isoformat()),
    )
    return {date.fromisoformat(row["day"]) for row in rows}


def asked(tx: Tx, campaign: str, day: date) -> frozenset[UnitId]:
    """Return the units for whose day a questioned entry is open."""
    rows = tx.all("SELECT unit FROM questions WHERE campaign = ? AND day = ?", (campaign, day.isoformat()))
    return frozenset(UnitId(unit) for (unit,) in rows)


def questioned_days(tx: Tx, campaign: str, unit: UnitId) -> set[date]:
    """Return the days of a unit for which a questioned entry is open."""
    rows = tx.all("SELECT DISTINCT day FROM questions WHERE campaign = ? AND unit = ?", (campaign, unit))
    return {date.fromisoformat(row["day"]) for row in rows}
