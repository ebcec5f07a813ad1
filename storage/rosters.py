"""The roster in storage: what it holds, and how an import changes it; every change of a figure is dated."""

import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from bot.domain.campaign import Campaign, Key
from bot.domain.roster import (
    BaselineColumn,
    Change,
    Column,
    Percent,
    Roster,
    RosterDiff,
    RosterRow,
    TargetColumn,
    Value,
    every_column,
)
from bot.domain.units import UnitId
from storage import meta, worlds
from storage.sqlite import Tx

K = TypeVar("K")
V = TypeVar("V")


def stored(tx: Tx, campaigns: Sequence[Campaign], day: date) -> Roster:
    """Return the roster as it stands on a day, with every column that these campaigns can have."""
    targets, baselines = _targets(tx, campaigns, day), _baselines(tx, campaigns, day)
    rows = tx.all(
        "SELECT u.id, u.code, u.name, u.level, p.code AS parent, u.population, u.aliases, u.closed,"
        " m.code AS merged_into FROM units u"
        " LEFT JOIN units p ON p.id = u.parent LEFT JOIN units m ON m.id = u.merged_into ORDER BY u.id"
    )
    return Roster(
        tuple(
            RosterRow(
                row["code"],
                row["name"],
                row["level"],
                row["parent"],
                row["population"],
                tuple(json.loads(row["aliases"])),
                targets.get(row["id"], {}),
                baselines.get(row["id"], {}),
                None if row["closed"] is None else date.fromisoformat(row["closed"]),
                row["merged_into"],
            )
            for row in rows
        ),
        frozenset(every_column(campaigns)),
    )


def _targets(
    tx: Tx, campaigns: Sequence[Campaign], day: date
) -> defaultdict[UnitId, dict[TargetColumn, int | Percent]]:
    found: defaultdict[UnitId, dict[TargetColumn, int | Percent]] = defaultdict(dict)
    for campaign in campaigns:
        for row in worlds.targets(tx, campaign.code):
            if row.since <= day:
                column = TargetColumn(campaign.code, row.metric, row.phase)
                figure = row.amount if row.percent is None else Percent(row.percent)
                _put(found[row.unit], column, figure)
    return found


def _baselines(tx: Tx, campaigns: Sequence[Campaign], day: date) -> defaultdict[UnitId, dict[BaselineColumn, int]]:
    found: defaultdict[UnitId, dict[BaselineColumn, int]] = defaultdict(dict)
    for campaign in campaigns:
        for row in worlds.baselines(tx, campaign.code):
            if row.since <= day:
                _put(found[row.unit], BaselineColumn(campaign.code, row.key), row.amount)
    return found


def _put(figures: dict[K, V], column: K, figure: V | None) -> None:
    """Let the newer figure take the former's place; without one the former is taken back."""
    if figure is None:
        figures.pop(column, None)
    else:
        figures[column] = figure


def apply(tx: Tx, diff: RosterDiff, day: date, now: int) -> None:
    """Commit a difference: units are added or changed, never deleted; figures get a new dated row."""
    ids = {row["code"].casefold(): UnitId(row["id"]) for row in tx.all("SELECT id, code FROM units")}
    for row in diff.added:
        ids[row.code.casefold()] = _add(tx, ids, row)
        figures: list[Column] = [*row.targets, *row.baselines]
        for figure in figures:
            _date(tx, ids[row.code.casefold()], figure, row[figure], day, now)
    for row in diff.added:  # a successor may have come after the unit that was merged into it
        if row.merged_into is not None:
            _link(tx, ids, row.code, "merged_into", row.merged_into)
    for change in (*diff.changed, *diff.moved):
        _change(tx, ids, change, day, now)
    tx.forget()  # what is known of siblings is known by their parent
    # Random and not counted up: an import that is rolled back must not share its mark with the next one.
    meta.put(tx, "roster", secrets.token_hex(8))


def _add(tx: Tx, ids: Mapping[str, UnitId], row: RosterRow) -> UnitId:
    parent = None if row.parent is None else ids[row.parent.casefold()]
    closed = None if row.closed is None else row.closed.isoformat()
    added = tx.value(
        "INSERT INTO units (code, name, level, parent, population, aliases, closed) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        (row.code, row.name, row.level, parent, row.population, _aliases(row.aliases), closed),
    )
    return UnitId(added)


def _change(tx: Tx, ids: Mapping[str, UnitId], change: Change, day: date, now: int) -> None:
    unit, column, value = ids[change.code.casefold()], change.column, change.new
    if not isinstance(column, str):
        for since in (day, *_dated_later(tx, unit, column, day)):  # the newest word overrules what was planned
            _date(tx, unit, column, value, since, now)
    elif column in _LINKS:
        _link(tx, ids, change.code, column, value)
    elif isinstance(value, tuple):
        tx.run("UPDATE units SET aliases = ? WHERE id = ?", (_aliases(value), unit))
    else:
        tx.run(_UPDATES[column], (value.isoformat() if isinstance(value, date) else value, unit))


def _link(tx: Tx, ids: Mapping[str, UnitId], code: str, column: str, other: Value) -> None:
    """Set the unit above one, or the one that goes on for it."""
    tx.run(_LINKS[column], (ids[str(other).casefold()] if other else None, ids[code.casefold()]))


_LINKS = {
    "parent": "UPDATE units SET parent = ? WHERE id = ?",
    "merged_into": "UPDATE units SET merged_into = ? WHERE id = ?",
}
_UPDATES = {
    "code": "UPDATE units SET code = ? WHERE id = ?",
    "name": "UPDATE units SET name = ? WHERE id = ?",
    "level": "UPDATE units SET level = ? WHERE id = ?",
    "population": "UPDATE units SET population = ? WHERE id = ?",
    "closed": "UPDATE units SET closed = ? WHERE id = ?",
}


def _dated_later(tx: Tx, unit: UnitId, column: Column, day: date) -> list[date]:
    """Return the days after `day` from which other values of a figure hold."""
    where: tuple[object, ...]
    if isinstance(column, TargetColumn):
        where = (unit, column.campaign, column.metric, column.phase, day.isoformat())
        rows = tx.all(
            "SELECT DISTINCT since FROM targets"
            " WHERE unit = ? AND campaign = ? AND metric = ? AND phase = ? AND since > ?",
            where,
        )
    elif isinstance(column, BaselineColumn):
        where = (unit, column.campaign, column.key.metric, column.key.part, day.isoformat())
        rows = tx.all(
            "SELECT DISTINCT since FROM baselines"
            " WHERE unit = ? AND campaign = ? AND metric = ? AND part = ? AND since > ?",
            where,
        )
    else:
        rows = []
    return [date.fromisoformat(row["since"]) for row in rows]


def _date(tx: Tx, unit: UnitId, column: Column, value: Value, day: date, now: int) -> None:
    """Write a target or a baseline that holds from `day` on."""
    if isinstance(column, TargetColumn):
        amount, percent = (value, None) if isinstance(value, int) else (None, None if value is None else str(value))
        tx.run(
            "INSERT INTO targets (campaign, unit, metric, phase, amount, percent, since, recorded)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (column.campaign, unit, column.metric, column.phase, amount, percent, day.isoformat(), now),
        )
    elif isinstance(column, BaselineColumn):
        key: Key = column.key
        tx.run(
            "INSERT INTO baselines (campaign, unit, metric, part, amount, since, recorded)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (column.campaign, unit, key.metric, key.part, value, day.isoformat(), now),
        )


def _aliases(aliases: tuple[str, ...]) -> str:
    return json.dumps(aliases, ensure_ascii=False)
