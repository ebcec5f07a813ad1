"""The roster in the file, as the world that handlers see; read anew only when it changed."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from sys import intern

from bot.domain.absence import Absences
from bot.domain.campaign import Key
from bot.domain.goals import BaselineRow, Goals, TargetRow
from bot.domain.units import Tree, Unit, UnitId
from bot.domain.world import Setting, World
from storage import leaves, meta
from storage.sqlite import Tx


class Worlds:
    """Hands out the world of a day; keeps the last one while roster, leave and day stay the same."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._kept: tuple[str | None, str | None, World] | None = None

    def of(self, tx: Tx, day: date) -> World:
        """Return the world as the transaction sees it on `day`."""
        facts = meta.some(tx, "roster", leaves.VERSION)
        roster, absent = facts.get("roster"), facts.get(leaves.VERSION)
        kept = self._kept  # read once: another thread may set it meanwhile
        if kept is None or kept[0] != roster or kept[2].day != day:
            kept = self._kept = (roster, absent, load(tx, self.setting, day))
        elif kept[1] != absent:
            kept = self._kept = (roster, absent, kept[2].with_absences(absences(tx, self.setting, kept[2].tree)))
        return kept[2]


def load(tx: Tx, setting: Setting, day: date) -> World:
    """Read units with all their dated targets and baselines, and who is on leave when."""
    tree = Tree.of({unit.id: unit for unit in units(tx)})
    goals = {
        campaign.code: Goals.of(tree, campaign, targets(tx, campaign.code), baselines(tx, campaign.code), day)
        for campaign in setting.campaigns
        if tree.find(campaign.root) is not None
    }
    return World(setting, tree, goals, day, absences(tx, setting, tree))


def absences(tx: Tx, setting: Setting, tree: Tree) -> Absences:
    """Read who is on leave when, as the transaction sees it."""
    return leaves.absences(tx, tree, setting.campaigns, setting.zone)


def units(tx: Tx) -> list[Unit]:
    """Return all units in the order in which they came; a merged one stands under the unit that goes on for it."""
    rows = tx.tuples(
        "SELECT id, code, name, level, coalesce(merged_into, parent), population, nullif(aliases, '[]'), closed,"
        " merged_into IS NOT NULL FROM units ORDER BY id"
    )
    return [
        Unit(
            id_,
            code,
            name,
            intern(level),
            parent,
            population,
            tuple(json.loads(aliases)) if aliases else (),
            date.fromisoformat(closed) if closed else None,
            bool(merged),
        )
        for id_, code, name, level, parent, population, aliases, closed, merged in rows
    ]


def targets(tx: Tx, campaign: str) -> list[TargetRow]:
    """Return all dated targets of a campaign, oldest first."""
    rows = tx.tuples(
        "SELECT unit, metric, phase, amount, percent, since FROM targets WHERE campaign = ? ORDER BY since, id",
        (campaign,),
    )
    # A nation has 40,000 rows with a handful of days and metrics, and several for each unit: one object each.
    day, same = cache(date.fromisoformat), _sameness()
    return [
        TargetRow(
            same(unit, unit), intern(metric), phase, amount, None if percent is None else Decimal(percent), day(since)
        )
        for unit, metric, phase, amount, percent, since in rows
    ]


def baselines(tx: Tx, campaign: str) -> list[BaselineRow]:
    """Return all dated baselines of a campaign, oldest first."""
    rows = tx.tuples(
        "SELECT unit, metric, part, amount, since FROM baselines WHERE campaign = ? ORDER BY since, id", (campaign,)
    )
    key, day, same = cache(Key), cache(date.fromisoformat), _sameness()
    return [
        BaselineRow(same(unit, unit), key(metric, part), amount, day(since))
        for unit, metric, part, amount, since in rows
    ]


def _sameness() -> Callable[[UnitId, UnitId], UnitId]:
    """Return what gives back the first of equal numbers, so that the others need not be kept."""
    known: dict[UnitId, UnitId] = {}
    return known.setdefault
