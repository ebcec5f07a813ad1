"""Dossiers read from the sums that are kept: by scans grouped in SQL, so that a nation's wards take seconds.

Whoever prints reads all of it in one snapshot and lets go before anything is rendered: a long snapshot would
keep the write-ahead log from beginning anew.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from bot.domain import status
from bot.domain.campaign import Key
from bot.domain.dossier import Attendance, Dossier, Excerpt, UnitRow, contender
from bot.domain.forecast import Forecast
from bot.domain.highlights import Highlight, headline, highlights
from bot.domain.standings import Contender, Place, place_of, rank
from bot.domain.status import Status, Sums
from bot.domain.units import UnitId
from storage import excerpts, progress, series, silences
from storage import highlights as seen
from storage.day_rows import day_rows
from storage.forecasts import unit_forecast
from storage.sqlite import Tx
from storage.statuses import unit_status
from storage.surveys import BELOW, Span, Survey
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

    def sums(self, unit: UnitId) -> Sums:
        came = self.turnout.get(unit, _NOBODY)
        return Sums(self.totals.get(unit, {}), self.today.get(unit, {}), came.reported, came.on_time)


class Counts(NamedTuple):
    """What takes a walk through all days: the reports of each unit that were owed, and how many entries there are."""

    attended: Mapping[UnitId, Turnout]
    entries: int


def counts(tx: Tx, span: Span, unit: UnitId, *, journal: bool) -> Counts:
    """Count for a unit and all below it, with or without the entries; a nation's year has millions of both."""
    return Counts(_attended(tx, span, unit), excerpts.entries(tx, span, unit) if journal else 0)


def dossier(survey: Survey, *, journal: bool, counted: Callable[[], Counts] | None = None) -> Dossier:
    """Read everything that files show of a unit, with or without its newest entries.

    `counted` waits for the counts, where somebody takes them meanwhile.
    """
    tx, world, campaign, unit = survey.tx, survey.world, survey.campaign, survey.unit
    books = _books(survey)
    own = unit_status(tx, world, campaign, unit, survey.last)
    siblings = _siblings(survey)
    standing = place_of(siblings, unit.id)
    statuses = tuple(_statuses(survey, books))
    forecast, found = _outlook(survey, own)
    days, missing = tuple(day_rows(survey)), _missing(survey)
    revisions = excerpts.revisions(tx, world, campaign, unit, survey.until)
    entries = excerpts.journal(survey, most=max(LEAST_ENTRIES, MOST_ROWS - len(statuses))) if journal else ()
    whole = counted() if counted else counts(tx, survey, unit.id, journal=journal)
    return Dossier(
        status=own,
        as_of=survey.now.astimezone(world.setting.zone),
        over=survey.over,
        names=world.tree.units,
        place=standing.place if standing else None,
        siblings=len(siblings),
        attendance=_attendance(survey, whole, unit.id),
        forecast=forecast,
        highlights=found,
        units=tuple(_rows(survey, books, statuses, whole)),
        days=days,
        missing=missing,
        revisions=revisions,
        mismatches=excerpts.mismatches(world, campaign, unit, survey.last),
        journal=Excerpt(entries, whole.entries),
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
        tx.tuples(
            BELOW + "SELECT t.unit, t.metric, t.part, t.amount FROM below CROSS JOIN totals t"
            " WHERE t.unit = below.id AND t.campaign = :campaign",
            params,
        )
    )
    # As for one unit: what came later is taken off the totals, so that today's cost the same on every day.
    daily = (
        BELOW + "SELECT d.unit, d.metric, d.part, {} FROM below CROSS JOIN daily d"
        " WHERE d.unit = below.id AND d.campaign = :campaign AND d.day {}"
    )
    later = daily.format("sum(d.amount)", "> :day GROUP BY d.unit, d.metric, d.part")
    for unit, sums in _by_key(tx.tuples(later, params)).items():
        for key, amount in sums.items():
            totals[unit][key] -= amount
    return _Books(
        totals,
        _by_key(tx.tuples(daily.format("d.amount", "= :day"), params)),
        _turnouts(tx.tuples(_TURNOUT.format("= :day"), params)),
    )


# Not joined like the others: units in the order of the key, and a span of days but those off in place of a list
# of days, take half a second for a nation's year and not three.
_TURNOUT = (
    BELOW + "SELECT t.unit, sum(t.reported) AS reported, sum(t.on_time) AS on_time FROM turnout t"
    " WHERE t.unit IN (SELECT id FROM below) AND t.campaign = :campaign AND t.day {} GROUP BY t.unit"
)


def _attended(tx: Tx, span: Span, unit: UnitId) -> dict[UnitId, Turnout]:
    """Return the reports of each unit for the days for which they were owed."""
    if not span.owed:
        return {}
    # As one row: beside another query each costs as much as a thousand (see storage/snapshots.py).
    found = f"SELECT json_group_array(json_array(unit, reported, on_time)) FROM ({_TURNOUT.format(_within(span))})"
    return _turnouts(json.loads(tx.value(found, span.params_of(unit))))


def _within(span: Span) -> str:
    """Return what holds for a day that reports were owed for, as SQL."""
    first, last = span.owed[0], span.owed[-1]
    off = sorted({day for day in span.all_days if first <= day <= last}.difference(span.owed))
    but = f" AND t.day NOT IN ({', '.join(repr(day.isoformat()) for day in off)})" if off else ""
    return f"BETWEEN {first.isoformat()!r} AND {last.isoformat()!r}{but}"


def _by_key(rows: Iterable[Any]) -> dict[UnitId, dict[Key, int]]:
    found: defaultdict[UnitId, dict[Key, int]] = defaultdict(dict)
    key = cache(Key)
    for unit, metric, part, amount in rows:
        found[unit][key(metric, part)] = amount
    return found


def _turnouts(rows: Iterable[Any]) -> dict[UnitId, Turnout]:
    return {unit: Turnout(reported, on_time) for unit, reported, on_time in rows}


def _attendance(survey: Survey, counted: Counts, unit: UnitId) -> Attendance:
    came = counted.attended.get(unit, _NOBODY)
    return Attendance(survey.owed_by(unit), came.reported, came.on_time)


def shown_units(survey: Survey, known: Iterable[UnitId]) -> list[UnitId]:
    """Return the units below that take part, or of which something is `known`; without any the unit itself."""
    tree = survey.world.tree
    taking_part = {up for unit in survey.world.reporting[survey.campaign.code] for up in tree.path(unit)}
    wanted = taking_part.union(known)
    return [each for each in tree.below(survey.unit.id) if each in wanted and each != survey.unit.id] or [
        survey.unit.id
    ]


def _statuses(survey: Survey, books: _Books) -> Iterator[Status]:
    tree = survey.world.tree
    for each in shown_units(survey, books.totals):
        yield status.status(survey.world, survey.campaign, tree[each], survey.last, books.sums(each))


def _rows(survey: Survey, books: _Books, statuses: Iterable[Status], counted: Counts) -> Iterator[UnitRow]:
    world, campaign, tree = survey.world, survey.campaign, survey.world.tree
    reporting, asked = world.reporting[campaign.code], progress.asked(survey.tx, campaign.code, survey.last)
    above, places = len(tree.path(survey.unit.id)), _places(survey, statuses)
    for each in statuses:
        unit, came = each.unit, Turnout(each.reported, each.on_time)
        is_zero = not any(books.today.get(unit.id, {}).values())
        yield UnitRow(
            status=each,
            parent="" if unit.parent is None else tree[unit.parent].name,
            depth=len(tree.path(unit.id)) - above,
            place=places.get(unit.id),
            attendance=_attendance(survey, counted, unit.id),
            state=survey.state(unit.id, survey.last, came, zero=is_zero, asked=unit.id in asked)
            if unit.id in reporting
            else None,
        )


def _places(survey: Survey, statuses: Iterable[Status]) -> dict[UnitId, int | None]:
    """Rank the units among their siblings; what is closed, or stands for itself, has no place here."""
    races: defaultdict[UnitId | None, list[Contender]] = defaultdict(list)
    for each in statuses:
        if each.unit.id != survey.unit.id and not each.is_closed:
            races[each.unit.parent].append(contender(each))
    return {each.unit: each.place for race in races.values() for each in rank(race)}
