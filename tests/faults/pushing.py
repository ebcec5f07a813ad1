"""What tests of restarts and clocks share: a campaign that counts down at seven and reminds at three."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import setting_of
from bot.clockwork import Clockwork, by_hand
from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.people import User
from storage.sqlite import open_store
from tests import cast
from tests.cast import AN_HOI
from tests.stage import Backstage, Stage, backstage, perform

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SCHEDULE: list[dict[str, Any]] = [
    {"job": "countdown", "at": "07:00"},
    {"job": "remind", "at": ["15:00", "16:30"]},
    {"job": "remind_group", "at": "16:45"},
]
LATE = "⏰ Gửi muộn do bot bị gián đoạn."


def at(day: int, hour: int, minute: int = 0, second: float = 0, *, month: int = 12, year: int = 2023) -> datetime:
    """Return a moment of December 2023 (or another month) by the clocks of Vietnam."""
    whole, part = divmod(second, 1)
    return datetime(year, month, day, hour, minute, int(whole), round(part * 1e6), VIETNAM)


@asynccontextmanager
async def pushing(folder: Path, start: datetime, **changes: Any) -> AsyncIterator[tuple[Backstage, Group, User]]:
    """Prepare data with a group of the province and an officer of An Hội; the bot has run once, and is down."""
    config = {"campaigns": [cast.campaign(schedule=SCHEDULE)], **changes}
    async with backstage(folder, start=start, **config) as ready:
        async with back(ready) as bot:
            group = await bot.group("BT", await bot.commander("BT"))
            officer = await bot.join(AN_HOI)
            await bot.look()
        yield ready, group, officer


@asynccontextmanager
async def back(ready: Backstage, moment: datetime | None = None) -> AsyncIterator[Stage]:
    """Let the bot come back, at a moment."""
    if moment is not None:
        ready.clock.set(moment)
    async with perform(ready.server, ready.clock, ready.config) as bot:
        await bot.look()
        yield bot


@asynccontextmanager
async def clockwork(ready: Backstage) -> AsyncIterator[Clockwork]:
    """Wind up a clockwork alone, on the data as it lies there."""
    async with open_store(ready.config.storage.path) as store:
        yield Clockwork(store, setting_of(ready.config), "telegram", ready.clock, by_hand, lambda: None)


def told(chat: Group | User) -> list[str]:
    """Return the first lines of what a group or a person was told by the bot itself."""
    messages = (chat.private if isinstance(chat, User) else chat).from_bots()
    heads = [message.text.splitlines()[0] for message in messages]
    return [head for head in heads if head.startswith(("⏳", "🏁", "🔔", "📋"))]


async def ledger_of(bot: Stage, job: str) -> list[tuple[str, str, str, str]]:
    """Return the ledger's lines of a job as (day, time, state, reason)."""
    rows = await bot.store.read(
        lambda tx: tx.all(
            "SELECT day, slot, state, reason FROM job_runs WHERE job = ? ORDER BY day, slot, state", (job,)
        )
    )
    return [(row["day"], row["slot"], row["state"], row["reason"]) for row in rows]
