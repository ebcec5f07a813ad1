"""Broadcast: everybody is reminded at once, under Telegram's limits, while people go on asking.

The reminder is the schedule's own. Every two seconds somebody asks for `/status`: one of five people in turn, so that
what they are answered is a sixtieth of all that is sent. The least that the limits allow is N/30 seconds.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from pathlib import Path

from benchmarks import people, table
from benchmarks.child import usage
from benchmarks.people import Play
from benchmarks.samples import quantile
from bot.app import SystemClock
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.botapi.people import User

PER_SECOND = 30
LATEST_S = 120.0
ASKERS, EVERY_S = 5, 2.0
REMINDED = "🔔"

BOUNDS = {"over the limit's own": 1.05, "refused": 0, "answers p95 s": 1.5}


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One of them: `seconds` from the first reminder to the last, `answers` the seconds until each was there."""

    reminders: int
    seconds: float
    refused: int
    busiest: int
    answers: tuple[float, ...]
    cpu_ms: float
    peak_mb: float

    @property
    def ratio(self) -> float:
        """Return by how much it was slower than the limit alone."""
        return self.seconds / (self.reminders / PER_SECOND)


async def once(officers: int) -> Broadcast:
    """Remind so many."""
    with tempfile.TemporaryDirectory(prefix="tiendo-bench-") as folder:
        async with people.play(Path(folder), officers, "remind") as play:
            return await _told(play)


async def _told(play: Play) -> Broadcast:
    server, clock, count = play.server, SystemClock(), len(play.officers)
    asked: list[tuple[int, datetime]] = []
    await server.until(lambda: _reminders(server, 1), LATEST_S)
    before = usage(play.child.pid)
    asking = asyncio.create_task(_ask(play.officers[-ASKERS:], asked, clock))
    try:
        await server.until(lambda: _reminders(server, count), count / PER_SECOND * 2 + LATEST_S)
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
    after = usage(play.child.pid)
    moments = [each.at for each in server.accepted if each.text.startswith(REMINDED)]
    return Broadcast(
        reminders=len(moments),
        seconds=(moments[-1] - moments[0]).total_seconds(),
        refused=len(server.refusals),
        busiest=busiest([each.at.timestamp() for each in server.accepted]),
        answers=_answers(server, asked),
        cpu_ms=(after.cpu - before.cpu) / len(moments) * 1_000,
        peak_mb=after.peak_mb,
    )


def _reminders(server: BotApiServer, count: int) -> bool:
    """Tell whether so many were sent; looked at after each send, so the cheap question comes first."""
    return len(server.accepted) >= count and sum(each.text.startswith(REMINDED) for each in server.accepted) >= count


async def _ask(askers: Sequence[User], asked: list[tuple[int, datetime]], clock: SystemClock) -> None:
    for user in cycle(askers):
        asked.append((user.id, clock.now()))
        user.private.send("/status")
        await asyncio.sleep(EVERY_S)


def _answers(server: BotApiServer, asked: Sequence[tuple[int, datetime]]) -> tuple[float, ...]:
    """Return how long each was waited for; the last questions may have none yet."""
    come: dict[int, list[datetime]] = {}
    for each in server.accepted:
        if not each.text.startswith(REMINDED):
            come.setdefault(each.chat_id, []).append(each.at)
    found, taken = [], Counter[int]()
    for account, at in asked:
        if taken[account] < len(come.get(account, [])):
            found.append((come[account][taken[account]] - at).total_seconds())
            taken[account] += 1
    return tuple(found)


def busiest(moments: Sequence[float]) -> int:
    """Return how many fell into the fullest second."""
    ordered, first, most = sorted(moments), 0, 0
    for number, moment in enumerate(ordered):
        while ordered[first] <= moment - 1:
            first += 1
        most = max(most, number - first + 1)
    return most


def report(officers: int) -> Broadcast:
    """Measure, print the table, keep the figures."""
    run = asyncio.run(once(officers))
    rows = [
        ("reminders", run.reminders, ""),
        ("seconds", f"{run.seconds:.1f}", ""),
        ("over the limit's own (N/30 s)", f"{run.ratio:.3f}", BOUNDS["over the limit's own"]),
        ("refused with 429", run.refused, BOUNDS["refused"]),
        ("sends in the fullest second", run.busiest, PER_SECOND),
        ("questions meanwhile", len(run.answers), ""),
        ("answers p50 s", f"{quantile(run.answers, 0.5):.2f}", ""),
        ("answers p95 s", f"{quantile(run.answers, 0.95):.2f}", BOUNDS["answers p95 s"]),
        ("CPU ms a reminder", f"{run.cpu_ms:.2f}", ""),
        ("peak MB", f"{run.peak_mb:.0f}", ""),
    ]
    table.show(f"broadcast: {officers} reminders under Telegram's limits", ("", "here", "bound"), rows)
    figures = {name: getattr(run, name) for name in ("reminders", "seconds", "ratio", "refused", "busiest", "answers")}
    table.keep(f"broadcast-{officers}", {**figures, "cpu_ms": run.cpu_ms, "peak_mb": run.peak_mb})
    return run
