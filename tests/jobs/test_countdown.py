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
        ((2023, 11, 30, 16, 0), (2023, 12, 1, 0, 0, 1), "⏳ Còn 14 ngày đến 15-12-2023 · Bến Tre"),
        ((2023, 12, 13, 16, 0), (2023, 12, 14, 0, 0, 1), "⏳ Chỉ còn 1 ngày, mai 15-12-2023 là hạn cuối · Bến Tre"),
        ((2023, 12, 14, 16, 30), (2023, 12, 14, 17, 0, 0), "⏳ Hôm nay là hạn cuối (15-12-2023) · Bến Tre"),
        ((2023, 12, 15, 16, 0), (2023, 12, 15, 16, 59, 0), "⏳ Hôm nay là hạn cuối (15-12-2023) · Bến Tre"),
        ((2023, 12, 15, 16, 59, 30), (2023, 12, 15, 17, 0, 0), "🏁 Đã hết hạn 15-12-2023 · Bến Tre"),
    ],
)
async def test_K7_the_last_days_have_their_own_words(
    tmp_path: Path, start: tuple[int, ...], until: tuple[int, ...], words: str
) -> None:
    async with stage(tmp_path, start=datetime(*start, tzinfo=UTC), **counting()) as bot:  # type: ignore[misc]
        texts = await said(bot, datetime(*until, tzinfo=UTC))  # type: ignore[misc]
    assert texts[-1].splitlines()[0] == words
