"""Changes: what a new version of a report makes of the old one, metric by metric."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.campaign import Campaign, Entered, Key


@dataclass(frozen=True, slots=True)
class Change:
    """One metric before and after, part by part; nothing where it is not reported. `running`: totals to date."""

    name: str
    old: tuple[int, ...]
    new: tuple[int, ...]
    running: bool = False


def changes(campaign: Campaign, old: Mapping[Key, int], new: Mapping[Key, int]) -> tuple[Change, ...]:
    """Return the metrics that differ, in the order of the campaign."""
    shown = (
        Change(
            metric.name,
            tuple(old[key] for key in metric.keys if key in old),
            tuple(new[key] for key in metric.keys if key in new),
            metric.entry is Entered.CUMULATIVE,
        )
        for metric in campaign.counted
    )
    return tuple(change for change in shown if change.old != change.new)
