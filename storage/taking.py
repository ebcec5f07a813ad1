"""Taking a roster in: it is weighed first, and applied whole or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.roster import Impact, Roster, RosterDiff, RowProblem, Trouble, diff, every_column, impact, read_roster
from bot.domain.world import Setting
from storage import audit, rebuilding, rosters, worlds
from storage.sqlite import Tx

Table = tuple[Sequence[str], Sequence[tuple[int, Sequence[str]]]]
"""A header, and rows of cells with their line numbers."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a roster in has changed, and how many derived rows were renewed for it."""

    diff: RosterDiff
    rebuilt: int


@dataclass(frozen=True, slots=True)
class _Compared:
    """A roster beside the one that is stored, and from which day its figures are to hold."""

    old: Roster
    new: Roster
    since: date


def today(setting: Setting, now: datetime) -> date:
    """Return the earliest reporting day that is open now, so that a figure of today holds for all campaigns."""
    return min(days.reporting_day(now, setting.zone, campaign) for campaign in setting.campaigns)


def weigh(
    tx: Tx | None, setting: Setting, table: Table, now: datetime, since: date | None = None
) -> Impact | list[RowProblem]:
    """Say what a table would change, its figures holding from `since` on (else from today), or what is wrong with it.

    Nothing is written; without a transaction nothing is stored yet. The first roster holds from the first
    day of its campaigns, so that days before the import have their targets too.
    """
    found = _compare(tx, setting, table, now, since)
    return impact(found.old, found.new, setting.campaigns, found.since) if isinstance(found, _Compared) else found


def take(
    tx: Tx, setting: Setting, table: Table, now: datetime, actor: str, since: date | None = None
) -> Taken | list[RowProblem]:
    """Take a table in as it is weighed, with everything derived rebuilt."""
    found = _compare(tx, setting, table, now, since)
    if not isinstance(found, _Compared):
        return found
    moment, change = int(now.timestamp()), diff(found.old, found.new)
    rosters.apply(tx, change, found.since, moment)
    rebuilt = rebuilding.rebuild(tx, worlds.load(tx, setting, now.astimezone(setting.zone).date())).count
    audit.note(tx, moment, actor, "roster applied", **change.counts, since=found.since.isoformat(), rebuilt=rebuilt)
    audit.note_roster(tx, moment, actor, change)
    return Taken(change, rebuilt)


def _compare(
    tx: Tx | None, setting: Setting, table: Table, now: datetime, since: date | None
) -> _Compared | list[RowProblem]:
    read = read_roster(*table, setting.campaigns)
    if not isinstance(read, Roster):
        return read
    day = today(setting, now)
    old = rosters.stored(tx, setting.campaigns, since or day) if tx else _nothing(setting.campaigns)
    holds = since or day if old.rows else min(day, *(campaign.starts for campaign in setting.campaigns))
    problems = list(_closing_problems(tx, old, read, day)) if tx else []
    return problems or _Compared(old, read, holds)


def _nothing(campaigns: Sequence[Campaign]) -> Roster:
    return Roster((), frozenset(every_column(campaigns)))


def _closing_problems(tx: Tx, old: Roster, new: Roster, day: date) -> Iterator[RowProblem]:
    """Yield closings that reports stand against, and mergers too far ahead: sums join as soon as they are taken in."""
    known = old.by_code()
    for row in new.rows:
        before = known.get(row.code.casefold())
        same = before and (before.closed, before.merged_into) == (row.closed, row.merged_into)
        if row.closed is None or same:
            continue
        if row.merged_into and row.closed > day + _DAY:
            facts = {"last": (day + _DAY).isoformat()}
            yield RowProblem(row.line, "closed", row.closed.isoformat(), Trouble.MERGED_AHEAD, facts)
        last = tx.value(
            "SELECT max(t.day) FROM turnout t JOIN units u ON u.id = t.unit"
            " WHERE u.code = ? COLLATE NOCASE AND t.reported > 0",
            (row.code,),
        )
        if last is not None and date.fromisoformat(last) >= row.closed:
            yield RowProblem(row.line, "closed", row.closed.isoformat(), Trouble.REPORTED_SINCE, {"last": last})
