"""Campaigns as configured: metrics, parts, phases and days. Mirrors the config file one to one."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from bot.domain.text import fold

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,15}$")]
"""A short name used in messages, tables and roster columns: lower-case ASCII, at most 16 characters."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Entered(StrEnum):
    """What an officer types: the day's own number, or the running total to date."""

    DAILY = "daily"
    CUMULATIVE = "cumulative"


class Policy(StrEnum):
    """What two officers of one unit mean: one report for the unit, or one each, added up."""

    ONE_PER_UNIT = "one_per_unit"
    SUM_OF_OFFICERS = "sum_of_officers"


class Key(NamedTuple):
    """What one number counts: a metric, or one part of it (`part` is empty for the metric itself)."""

    metric: str
    part: str = ""

    def __str__(self) -> str:
        """Return `metric` or `metric.part`, the form used in storage and roster columns."""
        return f"{self.metric}.{self.part}" if self.part else self.metric

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote."""
        metric, _, part = text.partition(".")
        return cls(metric, part)


class Frozen(BaseModel):
    """A value of the configuration: immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(Frozen):
    """One breakdown of a metric; the parts add up to it."""

    code: Code
    name: Name


class Share(Frozen):
    """A target given as a percentage of the eligible population."""

    percent: Annotated[float, Field(gt=0, le=1000)]


def read_target(value: object) -> object:
    """Read `800000` or `"80% population"`; anything else is left for the model to refuse."""
    if isinstance(value, str) and value.endswith("population"):
        figure = value.removesuffix("population").strip().removesuffix("%").replace(",", ".")
        return {"percent": figure}
    return value


class Metric(Frozen):
    """What is counted, or (kind `ratio`) a percentage derived from two counted metrics."""

    code: Code
    name: Name
    aliases: tuple[Name, ...] = ()
    kind: Literal["count", "ratio"] = "count"
    entry: Entered = Entered.DAILY
    parts: tuple[Part, ...] = ()
    max_per_day: Annotated[int, Field(gt=0)] | None = None
    at_most: Code | None = None
    main: bool = False
    required: bool = True
    of: tuple[Code, ...] = ()
    target_percent: Annotated[float, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.kind == "ratio" and len(self.of) != 2:  # noqa: PLR2004  (a numerator and a denominator)
            raise ValueError('a ratio needs of = ["numerator", "denominator"]')
        if self.kind == "ratio" and (self.parts or self.max_per_day or self.at_most):
            raise ValueError("a ratio is derived: it has no parts, max_per_day or at_most")
        if self.kind == "count" and (self.of or self.target_percent is not None):
            raise ValueError('of and target_percent belong to kind = "ratio"')
        codes = [part.code for part in self.parts]
        if len(codes) == 1 or len(set(codes)) != len(codes):
            raise ValueError("parts must be two or more, each with a code of its own")
        return self

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Return what is typed and stored for it: its parts, or itself where it has none."""
        return tuple(Key(self.code, part.code) for part in self.parts) or (Key(self.code),)

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Return every folded word that means this metric in a message."""
        return frozenset(fold(word) for word in (self.code, self.name, *self.aliases))


class Phase(Frozen):
    """A part of a campaign with its own end and targets."""

    name: Name
    ends: date
    targets: dict[Code, Annotated[int, Field(ge=0)] | Share] = Field(default_factory=dict)

    @field_validator("targets", mode="before")
    @classmethod
    def _shares(cls, value: object) -> object:
        return {k: read_target(v) for k, v in value.items()} if isinstance(value, dict) else value


JobKind = Literal[
    "open",
    "remind",
    "remind_group",
    "escalate",
    "board",
    "countdown",
    "summary",
    "weekly",
    "milestone",
    "phase",
    "final",
]


class BoardKind(StrEnum):
    """What a board ranks by."""

    SHARE = "share"  # the total as a share of the unit's own target
    TODAY = "today"  # the day's own value
    RISE = "rise"  # the last seven days against the seven before them
    STREAK = "streak"  # working days in a row on which everything came on time


class ScheduleRow(Frozen):
    """One row of what the bot says by itself. `kind`, `top` and `show_bottom` shape a board."""

    job: JobKind
    at: tuple[time, ...]
    days_left: tuple[Annotated[int, Field(ge=0)], ...] | None = None
    kind: BoardKind = BoardKind.SHARE
    top: Annotated[int, Field(ge=1, le=50)] = 5
    show_bottom: bool = False

    @field_validator("at", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return value if isinstance(value, (list, tuple)) else (value,)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        strays = self.model_fields_set & {"kind", "top", "show_bottom"}
        if self.job != "board" and strays:
            raise ValueError(f'{", ".join(sorted(strays))}: only job = "board" has it')
        return self


class Campaign(Frozen):
    """A named drive with metrics, targets, phases and a deadline."""

    code: Code
    name: Name
    root: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    starts: date
    deadline: date
    report_due: date | None = None
    on_time_until: time = time(17, 0)
    day_closes: time = time(23, 59)
    locks_after_days: Annotated[int, Field(ge=0, le=366)] = 3
    reports_from: Name = "leaf"
    policy: Policy = Policy.ONE_PER_UNIT
    percent_decimals: Annotated[int, Field(ge=1, le=2)] = 1
    archived: bool = False
    metrics: Annotated[tuple[Metric, ...], Field(min_length=1)]
    phases: tuple[Phase, ...] = ()
    schedule: tuple[ScheduleRow, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for complaint in _contradictions(self):
            raise ValueError(complaint)
        return self

    @cached_property
    def counted(self) -> tuple[Metric, ...]:
        """Return the metrics that people type, in their order."""
        return tuple(metric for metric in self.metrics if metric.kind == "count")

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Return every key that is typed, in the order of a positional line."""
        return tuple(key for metric in self.counted for key in metric.keys)

    @cached_property
    def running(self) -> frozenset[Key]:
        """Return the keys that are typed as running totals."""
        return frozenset(key for metric in self.counted if metric.entry is Entered.CUMULATIVE for key in metric.keys)

    @cached_property
    def main(self) -> Metric:
        """Return the metric of the headline and the default ranking: the one marked, else the last one."""
        return next((metric for metric in self.metrics if metric.main), self.metrics[-1])

    def metric(self, code: str) -> Metric:
        """Return the metric with this code; KeyError where there is none."""
        for metric in self.metrics:
            if metric.code == code:
                return metric
        raise KeyError(code)

    def phase_number(self, day: date) -> int:
        """Return the 1-based number of the phase that `day` lies in; 0 where the campaign has none."""
        if not self.phases:
            return 0
        number = next((n for n, phase in enumerate(self.phases, 1) if day <= phase.ends), None)
        return number or len(self.phases)


def _contradictions(campaign: Campaign) -> Iterator[str]:
    """Yield what does not fit together, most basic first."""
    yield from _date_contradictions(campaign)
    yield from _metric_contradictions(campaign)
    yield from _phase_contradictions(campaign)


def _date_contradictions(campaign: Campaign) -> Iterator[str]:
    if campaign.deadline < campaign.starts:
        yield f"deadline {campaign.deadline} lies before starts {campaign.starts}"
    if campaign.report_due and campaign.report_due < campaign.deadline:
        yield f"report_due {campaign.report_due} lies before deadline {campaign.deadline}"


def _metric_contradictions(campaign: Campaign) -> Iterator[str]:
    codes = [metric.code for metric in campaign.metrics]
    counted = {metric.code for metric in campaign.metrics if metric.kind == "count"}
    if len(set(codes)) != len(codes):
        yield f"metric codes must differ from each other: {', '.join(codes)}"
    if not counted:
        yield 'at least one metric must be counted (kind = "count")'
    if sum(metric.main for metric in campaign.metrics) > 1:
        yield "only one metric can be main"
    for metric in campaign.metrics:
        strangers = {other for other in (metric.at_most, *metric.of) if other} - (counted - {metric.code})
        for other in sorted(strangers):
            yield f"metric {metric.code}: {other} is not another counted metric of this campaign"
        if campaign.policy is Policy.SUM_OF_OFFICERS and metric.entry is Entered.CUMULATIVE:
            yield f"metric {metric.code}: running totals cannot be added over officers; use one_per_unit"
    words = Counter(word for metric in campaign.metrics for word in metric.spoken)
    if twice := sorted(word for word, times in words.items() if times > 1):
        yield f"two metrics answer to the same word: {', '.join(twice)}"


def _phase_contradictions(campaign: Campaign) -> Iterator[str]:
    ends = [phase.ends for phase in campaign.phases]
    counted = {metric.code for metric in campaign.counted}
    if ends != sorted(set(ends)):
        yield "phases must end one after the other"
    if ends and (ends[0] < campaign.starts or ends[-1] != campaign.deadline):
        yield f"phases must lie in the campaign and the last must end on {campaign.deadline}"
    for phase in campaign.phases:
        for code in sorted(set(phase.targets) - counted):
            yield f"phase {phase.name}: target for {code}, which is not a counted metric"
