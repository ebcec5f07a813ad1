"""A difference as people are told it: kind by kind, with units by name and figures by what they count."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.campaign import Campaign
from bot.domain.roster.columns import BaselineColumn, Column, TargetColumn, Value
from bot.domain.roster.diffing import Change, Kind
from bot.domain.roster.impact import Impact


class Line(NamedTuple):
    """One thing that changes for a unit: `what` is the figure's name, or the column's."""

    unit: str
    code: str
    what: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Section:
    """Everything of one kind; `key` is a kind, `added` or `moved`. `lines` are the first ones of `total`."""

    key: str
    total: int
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        """Return how many are not shown."""
        return self.total - len(self.lines)


def sections(found: Impact, campaigns: Iterable[Campaign], names: Mapping[str, str], most: int) -> Iterator[Section]:
    """Yield the kinds of changes that there are, each with at most `most` lines; `names` are by casefolded code."""
    labels = _Labels({campaign.code: campaign for campaign in campaigns})

    def line(change: Change) -> Line:
        old, new = change.old, change.new
        if change.column in {"parent", "merged_into"}:
            old, new = (names.get(str(code).casefold(), str(code)) if code else None for code in (old, new))
        return Line(names.get(change.code.casefold(), ""), change.code, labels.of(change.column), old, new)

    diff = found.diff
    added = [Line(row.name, row.code, row.level, None, names.get((row.parent or "").casefold())) for row in diff.added]
    kinds: list[tuple[str, list[Line]]] = [("added", added), ("moved", [line(change) for change in diff.moved])]
    kinds += [(kind.value, [line(change) for change in diff.of(kind)]) for kind in Kind]
    for key, lines in kinds:
        if lines:
            yield Section(key, len(lines), tuple(lines[:most]))


class _Labels:
    """What columns are called; several campaigns are told apart by their codes."""

    def __init__(self, campaigns: Mapping[str, Campaign]) -> None:
        self._campaigns = campaigns

    def of(self, column: Column) -> str:
        if isinstance(column, TargetColumn):
            campaign = self._campaigns[column.campaign]
            phase = campaign.phases[column.phase - 1].name if column.phase else ""
            return self._join(campaign, campaign.metric(column.metric).name, phase)
        if isinstance(column, BaselineColumn):
            campaign = self._campaigns[column.campaign]
            metric = campaign.metric(column.key.metric)
            part = next((part.name for part in metric.parts if part.code == column.key.part), "")
            return self._join(campaign, metric.name, part)
        return column

    def _join(self, campaign: Campaign, *names: str) -> str:
        code = campaign.code if len(self._campaigns) > 1 else ""
        return ", ".join(name for name in (code, *names) if name)


def metric_label(campaigns: Iterable[Campaign], campaign: str, metric: str) -> str:
    """Return what a metric is called, as in the lines."""
    return _Labels({each.code: each for each in campaigns}).of(TargetColumn(campaign, metric))
