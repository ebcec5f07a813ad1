"""The week against the week before."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.series import Bars
from tests import cast
from tests.stage import QuickPainter, Stage, stage

MONDAY = datetime(2023, 12, 11, 1, tzinfo=UTC)  # eight o'clock in Vietnam


def weekly(**changes: Any) -> dict[str, Any]:
    return {"campaigns": [cast.campaign(schedule=[{"job": "weekly", "at": "08:00"}], **changes)]}


async def two_weeks(bot: Stage) -> None:
    """Let An Hội report from Friday on, late on the last Sunday, and Giao Long once."""
    officer = await bot.join(cast.AN_HOI)
    for day in range(1, 11):
        await bot.pass_to(datetime(2023, 12, day, 12 if day == 10 else 9, tzinfo=UTC))
        await bot.say(officer, f"{40 + day} {30 + day}")
    await bot.say(await bot.join(cast.GIAO_LONG), "8 100")
    await bot.pass_to(MONDAY)


async def test_the_week_is_compared_with_the_one_before(tmp_path: Path) -> None:
    painter = QuickPainter()
    async with stage(tmp_path, painter=painter, **weekly()) as bot:
        commander = await bot.commander("BT")
        await two_weeks(bot)
    assert commander.private.last().text == (
        "📅 Tuần 49 (04-12-2023 – 10-12-2023) · Bến Tre\n"
        "Cao điểm kích hoạt tài khoản định danh điện tử\n\n"
        "Thu nhận: +337 · tuần trước +126 (tăng 211)\n"
        "↳ lũy kế 3.852/6.000 (64,2%) · chậm 1.727 so với kế hoạch\n"
        "Kích hoạt: +359 · tuần trước +96 (tăng 263)\n"
        "↳ lũy kế 2.905/6.000 (48,4%) · chậm 2.522 so với kế hoạch\n"
        "Báo cáo: 8/35 lượt (22,9%), đúng giờ 6 (17,1%)\n"
        "↳ tuần trước 3/35 lượt (8,6%), đúng giờ 3 (8,6%)\n"
        "Kích hoạt cao nhất: Chủ Nhật 10-12-2023 (+140)"
    )
    assert isinstance(painter.asked[-1], Bars)


async def test_the_week_reads_alike_in_english(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **weekly()) as bot:
        group = await bot.group("TP-01", await bot.commander("BT"))
        await two_weeks(bot)
    assert group.last().text == (
        "📅 Week 49 (04-12-2023 – 10-12-2023) · Phường An Hội\n"
        "Cao điểm kích hoạt tài khoản định danh điện tử\n\n"
        "Thu nhận: +329 · the week before +126 (203 more)\n"
        "↳ total 1,644/2,000 (82.2%) · 225 behind plan\n"
        "Kích hoạt: +259 · the week before +96 (163 more)\n"
        "↳ total 1,305/2,000 (65.3%) · 526 behind plan\n"
        "Reports: 7/7 (100.0%), on time 6 (85.7%)\n"
        "↳ the week before 3/7 (42.9%), on time 3 (42.9%)\n"
        "Best day for Kích hoạt: Sunday 10-12-2023 (+40)"
    )


@pytest.mark.parametrize(
    ("starts", "deadline", "monday", "head"),
    [
        ((2020, 12, 20), (2021, 2, 1), (2021, 1, 4), "Tuần 53 (28-12-2020 – 03-01-2021)"),
        ((2023, 12, 20), (2024, 2, 1), (2024, 1, 8), "Tuần 1 (01-01-2024 – 07-01-2024)"),
        ((2024, 2, 10), (2024, 3, 20), (2024, 3, 4), "Tuần 9 (26-02-2024 – 03-03-2024)"),
        ((2024, 2, 28), (2024, 3, 20), (2024, 3, 4), "Tuần 9 (28-02-2024 – 03-03-2024)"),
        ((2024, 2, 10), (2024, 2, 28), (2024, 3, 4), "Tuần 9 (26-02-2024 – 28-02-2024)"),
    ],
)
async def test_K10_weeks_are_named_as_ISO_does_and_end_with_the_campaign(
    tmp_path: Path,
    starts: tuple[int, int, int],
    deadline: tuple[int, int, int],
    monday: tuple[int, int, int],
    head: str,
) -> None:
    dates = {"starts": datetime(*starts).date(), "deadline": datetime(*deadline).date(), "report_due": None}  # noqa: DTZ001
    morning = datetime(*monday, 0, 30, tzinfo=UTC)
    async with stage(tmp_path, start=morning, **weekly(**dates)) as bot:
        commander = await bot.commander("BT")
        await bot.pass_to(datetime(*monday, 1, tzinfo=UTC))
    assert commander.private.last().text.startswith(f"📅 {head}")


async def test_a_first_week_is_compared_with_none(tmp_path: Path) -> None:
    async with stage(tmp_path, start=datetime(2023, 11, 19, 9, tzinfo=UTC), **weekly()) as bot:
        commander = await bot.commander("BT")
        await bot.pass_to(datetime(2023, 11, 20, 1, tzinfo=UTC))
    assert "tuần trước" not in commander.private.last().text


async def test_among_many_units_those_that_rose_most_are_named(tmp_path: Path) -> None:
    wards = "".join(f"TP-1{n},Phường {n},xa,TP,,,1000,0,1000,0\n" for n in range(3))
    async with stage(tmp_path, roster=cast.ROSTER + wards, **weekly()) as bot:
        commander = await bot.commander("TP")
        await two_weeks(bot)
        await bot.settle()
    assert commander.private.last().text.endswith("\nTăng nhanh nhất so với chỉ tiêu: Phường An Hội +259")
