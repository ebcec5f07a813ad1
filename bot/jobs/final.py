"""The final result: every target against what was reached, days and rates, the best units, and the files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from bot.domain.campaign import Campaign
from bot.domain.figures import Language, Share
from bot.domain.highlights import headline
from bot.domain.papers import Format, Order
from bot.domain.recipes import Kind, Recipe
from bot.domain.standings import Place
from bot.domain.status import MetricStatus, Status
from bot.domain.units import Unit
from bot.jobs import audience
from bot.jobs.beat import Beat, Enclosure, Push
from bot.jobs.weekly import Attendance, attendance
from storage import progress, series
from storage.statuses import unit_status

FILES = (Format.DOCX, Format.XLSX)
"""What goes with it: the report for the People's Committee, and the workbook."""

BEST = 3
"""Places that are named; with ties more units, at most twice as many."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A target, the day by whose end it was due, and the total at the end of that day. `phase` may be empty."""

    phase: str
    until: date
    target: int
    total: int

    @property
    def share(self) -> Share:
        """Return the total of the target."""
        return Share(self.total, self.target)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a metric: its targets in order, and the day that brought the last one, if any did."""

    metric: MetricStatus
    targets: tuple[Reached, ...]
    reached_on: date | None

    @property
    def gained(self) -> int:
        """Return what the campaign has added to the baseline."""
        return self.metric.total - self.metric.baseline


@dataclass(frozen=True, slots=True)
class Final:
    """A unit's campaign. `worked`: its working days; `best_day`: the one that brought most of the headline metric."""

    status: Status
    worked: int
    results: tuple[Result, ...]
    attendance: Attendance
    best_day: tuple[date, int] | None
    best_units: tuple[Place, ...]

    @property
    def headline(self) -> str:
        """Return the name of the metric that the best day speaks of."""
        return headline(self.status.campaign).name


def final(beat: Beat) -> Iterator[Push]:
    """Tell commanders how the campaign ended for their unit."""
    for chat, unit in audience.commanders(beat):
        language = beat.texts[beat.language(chat)].language
        recipe = Recipe(Kind.LINE, beat.campaign.code, unit.id, beat.campaign.deadline, language, over=True)
        enclosures = tuple(_file(beat, unit, form, language) for form in FILES)
        yield Push(chat, "final.final", {"f": _review(beat, unit)}, picture=recipe.dump(), enclosures=enclosures)


def _file(beat: Beat, unit: Unit, form: Format, language: Language) -> Enclosure:
    campaign = beat.campaign
    facts = {"unit": unit, "campaign": campaign, "day": campaign.deadline, "form": form}
    return Enclosure("export.file", facts, Order(form, campaign.code, unit.id, campaign.deadline, language).dump())


def _review(beat: Beat, unit: Unit) -> Final:
    campaign, tx, world = beat.campaign, beat.tx, beat.world
    status = unit_status(tx, world, campaign, unit, campaign.deadline)
    amounts = _amounts(beat, unit, headline(campaign).code)
    best = max(amounts.items(), key=lambda each: each[1], default=None)
    return Final(
        status=status,
        worked=world.setting.calendar.count(campaign.starts, campaign.deadline),
        results=tuple(_result(beat, unit, metric) for metric in status.metrics),
        attendance=attendance(beat, unit, (campaign.starts, campaign.deadline)),
        best_day=best if best and best[1] > 0 else None,
        best_units=_best(series.standings_below(tx, world, campaign, unit, campaign.deadline)),
    )


def _amounts(beat: Beat, unit: Unit, metric: str) -> dict[date, int]:
    return progress.by_day(beat.tx, beat.campaign.code, unit.id, metric, beat.campaign.deadline)


def _result(beat: Beat, unit: Unit, metric: MetricStatus) -> Result:
    amounts = _amounts(beat, unit, metric.code)
    sums = accumulate(amounts.values())
    totals = {day: metric.baseline + gained for day, gained in zip(amounts, sums, strict=True)}
    goal = metric.plan.milestones[-1][1] if metric.plan.milestones else None
    return Result(
        metric,
        tuple(
            Reached(_phase(beat.campaign, until), until, target, _total_at(until, totals, metric.baseline))
            for until, target in metric.plan.milestones
        ),
        None if goal is None else next((day for day, total in totals.items() if total >= goal), None),
    )


def _total_at(until: date, totals: dict[date, int], baseline: int) -> int:
    return next((total for day, total in reversed(totals.items()) if day <= until), baseline)


def _phase(campaign: Campaign, until: date) -> str:
    return next((phase.name for phase in campaign.phases if phase.ends == until), "")


def _best(standings: tuple[Place, ...]) -> tuple[Place, ...]:
    """Return the first places; where hardly more units take part, nobody is singled out."""
    if len(standings) <= BEST:
        return ()
    return tuple(each for each in standings if each.place is not None and each.place <= BEST)[: 2 * BEST]
