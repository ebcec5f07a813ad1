"""Dossiers read from the sums that are kept: by scans grouped in SQL, so that a nation's wards take seconds.

Whoever prints reads all of it in one snapshot and lets go before anything is rendered: a long snapshot would
keep the write-ahead log from beginning anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from bot.domain import status
from bot.domain.campaign import Key
from bot.domain.dossier import Attendance, Dossier, Excerpt, UnitRow, contender
from bot.domain.forecast import Forecast
from bot.domain.highlights import Highlight, headline, highlights
from bot.domain.standings import Place, place_of, rank
from bot.domain.status import Status, Sums
from bot.domain.units import UnitId
from storage import excerpts, progress, series, silences
from storage import highlights as seen
from storage.day_rows import day_rows
from storage.forecasts import unit_forecast
from storage.statuses import unit_status
from storage.surveys import BELOW, Survey
from storage.tallies import Turnout

MOST_HIGHLIGHTS = 6
MOST_MISSING = 60
"""Silent units that are named one by one."""

MOST_ROWS, LEAST_ENTRIES = 16_000, 5_000
"""Rows that units and entries share, so that a nation's workbook too takes seconds: older entries are left out."""

_NOBODY = Turnout(0, 0)


@dataclass(frozen=True, slots=True)
class _Books:
    """Grouped sums of all units below; units without any are left out."""

    totals: Mapping[UnitId, dict[Key, int]]
    today: Mapping[UnitId, dict[Key, int]]
    turnout: Mapping[UnitId, Turnout]
    attended: Mapping[UnitId, Turnout]

    def sums(self, unit: UnitId) -> Sums:
        came = self.turnout.get(unit, _NOBODY)
        return Sums(self.totals.get(unit, {}), self.today.get(unit, {}), came.reported, came.on_time)


def dossier(survey: Survey, *, journal: bool) -> Dossier:
    """Read everything that files show of a unit, with or without its newest entries."""
    tx, world, campaign, unit = survey.tx, survey.world, survey.campaign, survey.unit
    books = _books(survey)
    own = unit_status(tx, world, campaign, unit, survey.last)
    siblings = _siblings(survey)
    standing = place_of(siblings, unit.id)
    rows = tuple(_ranked(_rows(survey, books)))
    room = max(LEAST_ENTRIES, MOST_ROWS - len(rows)) if journal else 0
    forecast, found = _outlook(survey, own)
    return Dossier(
        status=own,
        as_of=survey.now.astimezone(world.setting.zone),
        over=survey.over,
        names=world.tree.units,
        place=standing.place if standing else None,
        siblings=len(siblings),
        attendance=_attendance(survey, books, unit.id),
        forecast=forecast,
        highlights=found,
        units=rows,
        days=tuple(day_rows(survey)),
        missing=_missing(survey),
        revisions=excerpts.revisions(tx, world, campaign, unit, survey.until),
        mismatches=excerpts.mismatches(world, campaign, unit, survey.last),
        journal=excerpts.journal(tx, world, campaign, unit, survey.last, most=room) if room else Excerpt(),
    )


def _outlook(survey: Survey, own: Status) -> tuple[Forecast | None, tuple[Highlight, ...]]:
    """Return the headline metric's forecast, and what is worth a sentence; before the start there is neither."""
    tx, campaign, unit, last = survey.tx, survey.campaign, survey.unit, survey.last
    if last < campaign.starts:
        return None, ()
    metric = own.metric(headline(campaign).code)
    facts = seen.facts(tx, survey.world, campaign, unit, last, over=survey.over)
    return unit_forecast(tx, campaign, unit.id, metric, closed=survey.over), highlights(facts, MOST_HIGHLIGHTS)


def _missing(survey: Survey) -> Excerpt[str]:
    """Return the names of the units that owe a report for the last day."""
    if not survey.works(survey.last):
        return Excerpt()
    tree = survey.world.tree
    silent = silences.missing(survey.tx, survey.world, survey.campaign, survey.unit.id, survey.last)
    return Excerpt(tuple(tree[each].name for each in silent[:MOST_MISSING]), len(silent))


def _siblings(survey: Survey) -> tuple[Place, ...]:
    """Return the ranking that the unit itself takes part in; the campaign's root stands alone."""
    tree, root = survey.world.tree, survey.world.root(survey.campaign)
    parent = survey.unit.parent
    if parent is None or root is None or survey.unit.id == root.id:
        return ()
    return series.standings_below(survey.tx, survey.world, survey.campaign, tree[parent], survey.last)


def _books(survey: Survey) -> _Books:
    tx, params = survey.tx, survey.params()
    totals = _by_key(
        tx.all(
            BELOW + "SELECT t.unit, t.metric, t.part, t.amount FROM below CROSS JOIN totals t"
            " WHERE t.unit = below.id AND t.campaign = :campaign",
            params,
        )
    )
    # As for one unit: what came later is taken off the totals, so that today's cost the same on every day.
    daily = (
        BELOW + "SELECT d.unit, d.metric, d.part, sum(d.amount) AS amount FROM below CROSS JOIN daily d"
        " WHERE d.unit = below.id AND d.campaign = :campaign AND d.day {} :day GROUP BY d.unit, d.metric, d.part"
    )
    for unit, sums in _by_key(tx.all(daily.format(">"), params)).items():
        for key, amount in sums.items():
            totals[unit][key] -= amount
    # Not joined like the others: units in the order of the key, and a span of days but those off in place of a list
    # of days, take a second for a nation's year and not three.
    turnout = (
        BELOW + "SELECT t.unit, sum(t.reported) AS reported, sum(t.on_time) AS on_time FROM turnout t"
        " WHERE t.unit IN (SELECT id FROM below) AND t.campaign = :campaign AND t.day {} GROUP BY t.unit"
    )
    return _Books(
        totals,
        _by_key(tx.all(daily.format("="), params)),
        _turnouts(tx.all(turnout.format("= :day"), params)),
        _turnouts(tx.all(turnout.format(_within(survey)), params)) if survey.owed else {},
    )


def _within(survey: Survey) -> str:
    """Return what holds for a day that reports were owed for, as SQL."""
    first, last = survey.owed[0], survey.owed[-1]
    off = sorted({day for day in survey.all_days if first <= day <= last}.difference(survey.owed))
    but = f" AND t.day NOT IN ({', '.join(repr(day.isoformat()) for day in off)})" if off else ""
    return f"BETWEEN {first.isoformat()!r} AND {last.isoformat()!r}{but}"


def _by_key(rows: Iterable[Any]) -> dict[UnitId, dict[Key, int]]:
    found: defaultdict[UnitId, dict[Key, int]] = defaultdict(dict)
    key = cache(Key)
    for unit, metric, part, amount in rows:
        found[unit][key(metric, part)] = amount
    return found


def _turnouts(rows: Iterable[Any]) -> dict[UnitId, Turnout]:
    return {UnitId(row["unit"]): Turnout(row["reported"], row["on_time"]) for row in rows}


def _attendance(survey: Survey, books: _Books, unit: UnitId) -> Attendance:
    came = books.attended.get(unit, _NOBODY)
    return Attendance(survey.owed_by(unit), came.reported, came.on_time)


def shown_units(survey: Survey, known: Iterable[UnitId]) -> list[UnitId]:
    """Return the units below that take part, or of which something is `known`; without any the unit itself."""
    tree = survey.world.tree
    taking_part = {up for unit in survey.world.reporting[survey.campaign.code] for up in tree.path(unit)}
    wanted = taking_part.union(known)
    return [each for each in tree.below(survey.unit.id) if each in wanted and each != survey.unit.id] or [
        survey.unit.id
    ]


def _rows(survey: Survey, books: _Books) -> Iterator[UnitRow]:
    world, campaign, tree = survey.world, survey.campaign, survey.world.tree
    reporting, asked = world.reporting[campaign.code], progress.asked(survey.tx, campaign.code, survey.last)
    above = len(tree.path(survey.unit.id))
    for each in shown_units(survey, books.totals):
        unit, sums = tree[each], books.sums(each)
        came, is_zero = Turnout(sums.reported, sums.on_time), not any(sums.today.values())
        yield UnitRow(
            status=status.status(world, campaign, unit, survey.last, sums),
            parent="" if unit.parent is None else tree[unit.parent].name,
            depth=len(tree.path(each)) - above,
            place=None,
            attendance=_attendance(survey, books, each),
            state=survey.state(each, survey.last, came, zero=is_zero, asked=each in asked)
            if each in reporting
            else None,
        )


def _ranked(rows: Iterable[UnitRow]) -> Iterator[UnitRow]:
    """Yield the rows with their places among siblings; what is closed, or stands for itself, has none here."""
    races: defaultdict[UnitId | None, list[UnitRow]] = defaultdict(list)
    for row in (rows := list(rows)):
        if row.depth and not row.status.is_closed:
            races[row.unit.parent].append(row)
    places = {each.unit: each.place for race in races.values() for each in rank(map(contender, race))}
    for row in rows:
        yield replace(row, place=places.get(row.unit.id))
