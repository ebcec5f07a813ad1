"""Excerpts: the lists of a dossier that may be long, cut where nobody reads any further, and counted."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from bot.domain.campaign import Campaign, Key
from bot.domain.dossier import Excerpt, JournalRow, Revision
from bot.domain.goals import Mismatch
from bot.domain.trace import Fate, Version, fates
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from storage.sqlite import Tx
from storage.surveys import BELOW, Span, Survey

MOST_REVISIONS = 500
MOST_MISMATCHES = 200
MANY = 10  # times what is shown

_OF_UNIT = " FROM entries e WHERE {} = :campaign AND e.day <= :day AND e.unit IN (SELECT id FROM below)"


def entries(tx: Tx, span: Span, unit: UnitId) -> int:
    """Count the entries of a unit and all below it."""
    params = span.params_of(unit)
    if tx.value(BELOW + _OTHERS, params):
        return int(tx.value(BELOW + "SELECT count(*)" + _OF_UNIT.format("e.campaign"), params))
    return int(tx.value("SELECT count(*) FROM entries"))  # a tenth of the work: of no row anything is read


_OTHERS = (
    "SELECT EXISTS (SELECT 1 FROM entries WHERE campaign < :campaign)"
    " OR EXISTS (SELECT 1 FROM entries WHERE campaign > :campaign)"
    " OR EXISTS (SELECT 1 FROM units u CROSS JOIN entries e"
    " WHERE u.id NOT IN (SELECT id FROM below) AND e.unit = u.id AND e.campaign = :campaign)"
    " OR EXISTS (SELECT 1 FROM below CROSS JOIN entries e"
    " WHERE e.unit = below.id AND e.campaign = :campaign AND e.day > :day)"
)
"""Tells whether there are entries of other campaigns, other units or later days."""


def journal(survey: Survey, *, most: int) -> tuple[JournalRow, ...]:
    """Return the newest entries of the unit and all below it, newest first."""
    tx, world, params = survey.tx, survey.world, {**survey.params(), "most": most, "many": MANY * most}
    some = f"SELECT count(*) FROM (SELECT 1{_OF_UNIT.format('e.campaign')} LIMIT :many)"
    # Of very many entries the newest are soon met on the way back from the end; by the index all would be sorted.
    campaign_of = "e.campaign || ''" if tx.value(BELOW + some, params) == params["many"] else "e.campaign"
    rows = tx.all(
        f"{BELOW}SELECT e.*, p.name AS who, q.entry AS waits"
        " FROM (SELECT e.id AS newest" + _OF_UNIT.format(campaign_of) + " ORDER BY e.id DESC LIMIT :most) n"
        " CROSS JOIN entries e ON e.id = n.newest JOIN people p ON p.id = e.person"
        " LEFT JOIN questions q ON q.entry = e.id ORDER BY e.id DESC",
        params,
    )
    versions: defaultdict[tuple[int, str], list[Version]] = defaultdict(list)
    for row in reversed(rows):
        versions[row["unit"], row["day"]].append(_version(row))
    questions = {row["id"] for row in rows if row["waits"] is not None}
    # All that came later is among the newest rows too, so each fate is known although older ones are cut off.
    known = {entry: fate for each in versions.values() for entry, (fate, _) in fates(each, questions).items()}
    return tuple(_journal_row(row, world, known[row["id"]]) for row in rows)


def _version(row: Any) -> Version:
    return Version(
        row["id"],
        row["slot"],
        row["state"],
        frozenset(json.loads(row["given"])),
        row["amounts"] != "{}",
        row["answers"],
    )


def _journal_row(row: Any, world: World, fate: Fate) -> JournalRow:
    return JournalRow(
        ref=row["ref"],
        said=datetime.fromtimestamp(row["said"], world.setting.zone),
        recorded=datetime.fromtimestamp(row["recorded"], world.setting.zone),
        unit=UnitId(row["unit"]),
        day=date.fromisoformat(row["day"]),
        who=row["who"],
        kind=row["kind"],
        fate=fate,
        on_time=bool(row["on_time"]),
        amounts={Key.parse(key): amount for key, amount in json.loads(row["amounts"]).items()},
        note=row["note"],
    )


def revisions(tx: Tx, world: World, campaign: Campaign, unit: Unit, until: date) -> Excerpt[Revision]:
    """Return the targets and baselines below a unit that were given anew up to a day, newest first."""
    found = [*_revisions(tx, _TARGETS, campaign, unit, until), *_revisions(tx, _BASELINES, campaign, unit, until)]
    found.sort(key=lambda each: (-each.since.toordinal(), world.tree[each.unit].code, each.key))
    return Excerpt(tuple(found[:MOST_REVISIONS]), len(found))


# Both have the same columns: what was given to whom, for what, since when; only of what was given more than once.
_TARGETS = (
    "SELECT 1 AS is_target, unit, metric, '' AS part, phase, coalesce(amount, percent) AS figure,"
    " percent IS NOT NULL AS is_percent, since FROM (SELECT unit, campaign, metric, phase FROM targets"
    " GROUP BY unit, campaign, metric, phase HAVING count(*) > 1)"
    " CROSS JOIN targets USING (unit, campaign, metric, phase)"
)
_BASELINES = (
    "SELECT 0 AS is_target, unit, metric, part, 0 AS phase, amount AS figure, 0 AS is_percent, since"
    " FROM (SELECT unit, campaign, metric, part FROM baselines"
    " GROUP BY unit, campaign, metric, part HAVING count(*) > 1)"
    " CROSS JOIN baselines USING (unit, campaign, metric, part)"
)


def _revisions(tx: Tx, source: str, campaign: Campaign, unit: Unit, until: date) -> Iterator[Revision]:
    rows = tx.all(
        f"{BELOW}{source} WHERE campaign = :campaign AND since <= :until AND unit IN (SELECT id FROM below)"
        " ORDER BY unit, metric, part, phase, since, id",
        {"unit": unit.id, "campaign": campaign.code, "until": until.isoformat()},
    )
    for before, after in pairwise(rows):
        same = all(before[name] == after[name] for name in ("unit", "metric", "part", "phase"))
        if same and _figure(before) != _figure(after):
            yield Revision(
                UnitId(after["unit"]),
                bool(after["is_target"]),
                Key(after["metric"], after["part"]),
                after["phase"],
                _figure(before),
                _figure(after),
                date.fromisoformat(after["since"]),
            )


def _figure(row: Any) -> int | str | None:
    figure: int | str | None = row["figure"]
    return f"{figure}%" if row["is_percent"] else figure


def mismatches(world: World, campaign: Campaign, unit: Unit, day: date) -> Excerpt[Mismatch]:
    """Return the targets under (and of) a unit that, as they held on a day, their children's do not add up to."""
    found = [each for each in world.goals[campaign.code].mismatches(day) if world.tree.covers(unit.id, each.unit)]
    return Excerpt(tuple(found[:MOST_MISMATCHES]), len(found))
