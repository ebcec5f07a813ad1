"""The receipt: the bot's answer to an entry, as a value. No receipt = not recorded."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.domain.campaign import Campaign
from bot.domain.days import Stage
from bot.domain.figures import Share
from bot.domain.masking import MASK
from bot.domain.questions import Doubt
from bot.domain.units import Unit


class Outcome(StrEnum):
    """What an entry did."""

    RECORDED = "recorded"  # the first report of that day
    REPLACED = "replaced"  # it superseded an earlier version
    UNCHANGED = "unchanged"  # it said what already stood
    QUESTIONED = "questioned"  # it is stored, and counts only when said to be right
    UNDONE = "undone"  # the version before stands again
    WITHDRAWN = "withdrawn"  # nothing stands for that day any more


class ReceiptLine(NamedTuple):
    """One metric: the day's value now and before (None: not reported), and where that leaves the unit.

    `share` is None without a target; `ahead` of the planned line is said of the main metric alone, and not once
    all is over.
    """

    name: str
    value: int | None
    parts: tuple[int, ...]
    before: int | None
    total: int
    share: Share | None
    ahead: int | None


class Standing(NamedTuple):
    """The place among siblings by the main metric, how many there are, and the places gained today."""

    place: int
    of: int
    moved: int


class Receipt(NamedTuple):
    """What was stored, and what it changed.

    `day` is the one that was reported for; totals, pace, place, `stage` and `days_left` are those of the
    day on which it was said. `entry` is the row that it speaks of, `retires` are those that it put out of
    force. `late`: the report of that day first came after the cut-off. `replaces` is the reference of the
    version before; where that was somebody else's, `replaced_author` is their name and `replaced_person`
    their id. `missing` names the required metrics that the day still lacks. `needed_per_day` counts to the
    deadline, like `days_left`.
    """

    outcome: Outcome
    entry: int
    ref: str
    campaign: Campaign
    unit: Unit
    day: date
    stage: Stage
    late: bool
    lines: tuple[ReceiptLine, ...]
    missing: tuple[str, ...]
    days_left: int
    needed_per_day: int | None
    reached: bool
    standing: Standing | None
    replaces: str = ""
    replaced_author: str = ""
    replaced_person: int = 0
    retires: tuple[int, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    note: str = ""

    @property
    def masked(self) -> bool:
        """Tell whether numbers or codes were taken out of the note, so that its author is told."""
        return MASK in self.note
