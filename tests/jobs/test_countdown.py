"""The countdown, and its own words for the last days and the end."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.stage import Stage, stage

SCHEDULE = [{"job": "countdown", "at": ["00:00", "07:00", "23:59"], "days_left": [14, 1, 0]}]


def counting(**changes: Any) -> dict[str, Any]:
    return {"campaigns": [cast.campaign(schedule=SCHEDULE)], "calendar": {"quiet": ["03:00", "03:01"]}, **changes}


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


async def said(bot: Stage, at: datetime) -> list[str]:
    """Let time pass until `at`, and return what the province's group was told on the way."""
    commander = await bot.commander("BT")
    group = await bot.group("BT", commander)
    before = len(group.from_bots())
    await bot.pass_to(at)
    return [message.text for message in group.from_bots()[before:]]


@pytest.mark.parametrize(
    ("start", "until", "words"),
    [
        ("2023-11-30 16:00:00", "2023-12-01 00:00:01", "⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"),
        ("2023-12-13 16:00:00", "2023-12-14 00:00:01", "⏳ Chỉ còn 1 ngày, mai 15-12-2023 là hạn cuối · Bến Tre"),
        ("2023-12-14 16:30:00", "2023-12-14 17:00:00", "⏳ Hôm nay là hạn cuối (15-12-2023) · Bến Tre"),
        ("2023-12-15 16:00:00", "2023-12-15 16:59:00", "⏳ Hôm nay là hạn cuối (15-12-2023) · Bến Tre"),
        ("2023-12-15 16:59:30", "2023-12-15 17:00:00", "🏁 Đã hết hạn 15-12-2023 · Bến Tre"),
    ],
)
async def test_K7_the_last_days_have_their_own_words(tmp_path: Path, start: str, until: str, words: str) -> None:
    async with stage(tmp_path, start=utc(start), **counting()) as bot:
        texts = await said(bot, utc(until))
    assert texts[-1].splitlines()[0] == words
