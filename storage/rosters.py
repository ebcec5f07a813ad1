"""The roster in storage: what it holds, and how an import changes it; every change of a figure is dated."""

import json
import secrets
from collections.abc import Sequence
from datetime import date

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


def stored(tx: Tx, campaigns: Sequence[Campaign], day: date) -> Roster:
    """Return the roster as it stands on a day, with every column that these campaigns can have."""
    units = {unit.id: unit for unit in worlds.units(tx)}
    targets: dict[UnitId, dict[TargetColumn, int | Percent]] = {unit: {} for unit in units}
    baselines: dict[UnitId, dict[BaselineColumn, int]] = {unit: {} for unit in units}
    for campaign in campaigns:
        for target in worlds.targets(tx, campaign.code):
            column = TargetColumn(campaign.code, target.metric, target.phase)
            figure = target.amount if target.percent is None else Percent(target.percent)
            if target.since <= day and figure is None:
                targets[target.unit].pop(column, None)
            elif target.since <= day and figure is not None:
                targets[target.unit][column] = figure
        for baseline in worlds.baselines(tx, campaign.code, day):
            baselines[baseline.unit][BaselineColumn(campaign.code, baseline.key)] = baseline.amount
    rows = tuple(
        RosterRow(
            unit.code,
            unit.name,
            unit.level,
            None if unit.parent is None else units[unit.parent].code,
            unit.population,
            unit.aliases,
            targets[unit.id],
            baselines[unit.id],
        )
        for unit in units.values()
    )
    return Roster(rows, frozenset(every_column(campaigns)))


def apply(tx: Tx, diff: RosterDiff, day: date, now: int) -> None:
    """Commit a difference: units are added or changed, never deleted; figures get a new dated row."""
    ids = {row["code"].casefold(): UnitId(row["id"]) for row in tx.all("SELECT id, code FROM units")}
    for row in diff.added:
        parent = None if row.parent is None else ids[row.parent.casefold()]
        tx.run(
            "INSERT INTO units (code, name, level, parent, population, aliases) VALUES (?, ?, ?, ?, ?, ?)",
            (row.code, row.name, row.level, parent, row.population, _aliases(row.aliases)),
        )
        ids[row.code.casefold()] = UnitId(int(tx.value("SELECT id FROM units WHERE code = ?", (row.code,))))
        figures: list[Column] = [*row.targets, *row.baselines]
        for figure in figures:
            _date(tx, ids[row.code.casefold()], figure, row[figure], day, now)
    for change in (*diff.changed, *diff.moved):
        _change(tx, ids, change, day, now)
    # Random and not counted up: an import that is rolled back must not share its mark with the next one.
    meta.put(tx, "roster", secrets.token_hex(8))


def _change(tx: Tx, ids: dict[str, UnitId], change: Change, day: date, now: int) -> None:
    unit, column, value = ids[change.code.casefold()], change.column, change.new
    if not isinstance(column, str):
        _date(tx, unit, column, value, day, now)
    elif column == "parent":
        tx.run("UPDATE units SET parent = ? WHERE id = ?", (ids[str(value).casefold()] if value else None, unit))
    elif column == "aliases" and isinstance(value, tuple):
        tx.run("UPDATE units SET aliases = ? WHERE id = ?", (_aliases(value), unit))
    else:
        tx.run(_UPDATES[column], (value, unit))


_UPDATES = {
    "code": "UPDATE units SET code = ? WHERE id = ?",
    "name": "UPDATE units SET name = ? WHERE id = ?",
    "level": "UPDATE units SET level = ? WHERE id = ?",
    "population": "UPDATE units SET population = ? WHERE id = ?",
}


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
