"""The table of jobs: what each says, for how long it may still be said, and what becomes of missed ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.campaign import JobKind
from bot.jobs import board, milestone
from bot.jobs.beat import Beat, Push
from bot.jobs.countdown import countdown
from bot.jobs.escalate import escalate
from bot.jobs.final import final
from bot.jobs.open import open_day
from bot.jobs.phase import phase
from bot.jobs.remind import remind
from bot.jobs.remind_group import remind_group
from bot.jobs.summary import summary
from bot.jobs.weekly import weekly


class CatchUp(StrEnum):
    """What becomes of slots that passed while the bot was away, the newest within its window."""

    LATE = "late"  # the newest is sent and says that it is late; older ones are skipped
    MERGE = "merge"  # the newest is sent and speaks for the older ones too


@dataclass(frozen=True, slots=True)
class Kind:
    """One job. After `window` a slot is skipped and listed.

    `run` only reads, so that a slot can be shown beforehand; what must be noted once, `prepare` writes before it.
    """

    run: Callable[[Beat], Iterable[Push]]
    window: timedelta
    catch_up: CatchUp = CatchUp.LATE
    prepare: Callable[[Beat], None] | None = None


KINDS: Mapping[JobKind, Kind] = MappingProxyType(
    {
        "countdown": Kind(countdown, timedelta(hours=8)),
        "summary": Kind(summary, timedelta(hours=36), CatchUp.MERGE),
        "weekly": Kind(weekly, timedelta(hours=36)),
        "final": Kind(final, timedelta(hours=72)),
        "board": Kind(board.board, timedelta(hours=6), prepare=board.prepare),
        "milestone": Kind(milestone.milestone, timedelta(hours=20), prepare=milestone.prepare),
        "open": Kind(open_day, timedelta(hours=3)),
        "remind": Kind(remind, timedelta(hours=2)),
        "remind_group": Kind(remind_group, timedelta(hours=2)),
        "escalate": Kind(escalate, timedelta(hours=14)),
        "phase": Kind(phase, timedelta(hours=20)),
    }
)
