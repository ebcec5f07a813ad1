"""What one line says: the amounts of one report, and its canonical spelling."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from bot.domain.campaign import Campaign, Key, Metric

NOTE_LIMIT = 500
"""Code points of a note that are kept."""


class Amount(NamedTuple):
    """One number: what it counts to, or (signed) what is added to the recorded one."""

    value: int
    signed: bool = False

    def __str__(self) -> str:
        """Return the number as it is typed: `45`, `+3`, `-2`."""
        return f"{self.value:+d}" if self.signed else str(self.value)


class Line(NamedTuple):
    """One line as understood: campaign code, day (None: the message's own), amounts in campaign order."""

    campaign: str
    day: date | None
    amounts: Mapping[Key, Amount]
    note: str = ""

    def missing(self, campaign: Campaign) -> tuple[Metric, ...]:
        """Return the required metrics of which a number, or the number of a part, was not given."""
        return tuple(
            metric for metric in campaign.counted if metric.required and not self.amounts.keys() >= set(metric.keys)
        )


def write(line: Line, campaign: Campaign) -> str:
    """Return the canonical spelling, which parses back to `line`: `14-11-2023 tn=5+40, kh=30 # note`."""
    # `=` because "cap 2" may be the name of another metric where "cap=2" cannot.
    pairs = ", ".join(pair for metric in campaign.counted for pair in _pairs(metric, line.amounts))
    day = f"{line.day:%d-%m}-{line.day.year:04}" if line.day else ""
    note = f"# {line.note}" if line.note else ""
    return " ".join(filter(None, (day, pairs, note)))


def _pairs(metric: Metric, amounts: Mapping[Key, Amount]) -> Iterator[str]:
    given = {key: amounts[key] for key in metric.keys if key in amounts}
    if len(given) == len(metric.keys) and not any(amount.signed for amount in given.values()):
        yield f"{metric.code}={'+'.join(map(str, given.values()))}"
    else:
        yield from (f"{key}={amount}" for key, amount in given.items())
