"""Cells: every number of every reporting unit and day, for the plain table."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.domain.campaign import Key
from bot.domain.dossier import Cell
from bot.domain.units import UnitId
from storage.surveys import BELOW, Survey
from storage.tallies import Turnout

_NOBODY = Turnout(0, 0)


class _Given(NamedTuple):
    """What stands for a unit's day: its numbers by key, and whether they came on time."""

    amounts: dict[Key, int]
    turnout: Turnout


@dataclass(frozen=True, slots=True)
class Cells:
    """What was read, to be walked through once the transaction is over. A nation's two months are some 200 MB."""

    survey: Survey
    given: Mapping[UnitId, Mapping[str, _Given]]
    asked: frozenset[tuple[UnitId, str]]

    def __iter__(self) -> Iterator[Cell]:
        """Yield units in the tree's order, their days in order, and a day's keys as in a report."""
        survey = self.survey
        tree, reporting = survey.world.tree, survey.world.reporting[survey.campaign.code]
        written = [(day, day.isoformat()) for day in survey.all_days]
        for each in tree.below(survey.unit.id):
            if each in reporting:
                yield from self._of_unit(each, written)

    def _of_unit(self, each: UnitId, written: list[tuple[date, str]]) -> Iterator[Cell]:
        survey, tree = self.survey, self.survey.world.tree
        unit, days = tree[each], self.given.get(each, {})
        parent = None if unit.parent is None else tree[unit.parent]
        for day, iso in written:
            amounts, turnout = days.get(iso, ({}, _NOBODY))
            state = survey.state(each, day, turnout, zero=not any(amounts.values()), asked=(each, iso) in self.asked)
            for key in survey.campaign.keys:
                yield Cell(unit, parent, day, key, amounts.get(key), state)


def cells(survey: Survey) -> Cells:
    """Read the numbers that stand for all reporting units below, day by day."""
    rows = survey.tx.all(
        BELOW + "SELECT unit, day FROM questions WHERE campaign = :campaign AND unit IN (SELECT id FROM below)",
        survey.params(),
    )
    return Cells(survey, _given(survey), frozenset((UnitId(row["unit"]), row["day"]) for row in rows))


def _given(survey: Survey) -> dict[UnitId, dict[str, _Given]]:
    found: defaultdict[UnitId, dict[str, _Given]] = defaultdict(dict)
    came = survey.tx.run(
        BELOW + "SELECT r.unit, r.day, max(r.on_time) FROM below CROSS JOIN reports r"
        " WHERE r.campaign = :campaign AND r.unit = below.id AND r.day <= :day GROUP BY r.unit, r.day",
        survey.params(),
    )
    for unit, day, on_time in came:
        found[unit][day] = _Given({}, Turnout(1, on_time))
    numbers = survey.tx.run(
        BELOW + "SELECT t.unit, t.day, t.metric, t.part, sum(t.amount) FROM below CROSS JOIN tallies t"
        " WHERE t.campaign = :campaign AND t.unit = below.id AND t.day <= :day"
        " GROUP BY t.unit, t.metric, t.part, t.day",
        survey.params(),
    )
    keys = {(key.metric, key.part): key for key in survey.campaign.keys}
    for unit, day, metric, part, amount in numbers:
        if (metric, part) in keys and day in found[unit]:
            found[unit][day].amounts[keys[metric, part]] = amount
    return found
