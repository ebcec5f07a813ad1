"""Day rows: a unit's own sums, plan and turnout day by day."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from bot.domain.campaign import Key
from bot.domain.dossier import DayRow
from bot.domain.pace import Plan, planned
from storage import progress
from storage.surveys import Survey
from storage.tallies import Turnout

_NOBODY = Turnout(0, 0)


def day_rows(survey: Survey) -> Iterator[DayRow]:
    """Yield the unit's own sums day by day; a reporting unit has a state too."""
    tx, world, campaign, unit = survey.tx, survey.world, survey.campaign, survey.unit
    if not survey.all_days:
        return
    amounts, totals = _amounts(survey), _baselines(survey)
    plans = {metric: plan for metric, plan in _plans(survey).items() if plan.milestones}
    calendar = world.calendar_of(campaign.code, unit.id)
    came = progress.turnouts(tx, campaign.code, unit.id, survey.all_days[0], survey.last)
    zeros = progress.zeros(tx, campaign.code, unit.id, survey.all_days[0], survey.last)
    asked = progress.questioned_days(tx, campaign.code, unit.id)
    reports_itself = unit.id in world.reporting[campaign.code]
    for day in survey.all_days:
        turnout = came.get(day, _NOBODY)
        for metric in totals:
            totals[metric] += amounts[day].get(Key(metric), 0)
        state = survey.state(unit.id, day, turnout, zero=day in zeros, asked=day in asked)
        yield DayRow(
            day,
            survey.works(day),
            survey.expected(unit.id, day),
            turnout.reported,
            turnout.on_time,
            amounts[day] if turnout.reported else {},
            dict(totals),
            {metric: planned(plan, day, calendar) for metric, plan in plans.items()},
            state if reports_itself else None,
        )


def _amounts(survey: Survey) -> defaultdict[date, dict[Key, int]]:
    """Return the unit's sums by day; of a reporting unit only what its report holds."""
    rows = survey.tx.all(
        "SELECT day, metric, part, amount FROM daily WHERE campaign = :campaign AND unit = :unit AND day <= :day",
        survey.params(),
    )
    given = _given(survey) if survey.unit.id in survey.world.reporting[survey.campaign.code] else None
    found: defaultdict[date, dict[Key, int]] = defaultdict(dict)
    for row in rows:
        if given is None or (row["day"], row["metric"], row["part"]) in given:
            found[date.fromisoformat(row["day"])][Key(row["metric"], row["part"])] = row["amount"]
    return found


def _given(survey: Survey) -> set[tuple[str, str, str]]:
    """Return what stands in a unit's own reports: a metric too of which any part does."""
    # A sum stays, as 0, when what it counted is taken out of the report.
    rows = survey.tx.all(
        "SELECT DISTINCT day, metric, part FROM tallies WHERE campaign = :campaign AND unit = :unit",
        survey.params(),
    )
    return {(row["day"], row["metric"], part) for row in rows for part in ("", row["part"])}


def _baselines(survey: Survey) -> dict[str, int]:
    goals = survey.world.goals[survey.campaign.code]
    return {
        metric.code: goals.baseline(survey.unit.id, Key(metric.code), survey.last) for metric in survey.campaign.counted
    }


def _plans(survey: Survey) -> dict[str, Plan]:
    goals = survey.world.goals[survey.campaign.code]
    return {
        metric: Plan(survey.campaign.starts, baseline, goals.milestones(survey.unit.id, metric, survey.last))
        for metric, baseline in _baselines(survey).items()
    }
