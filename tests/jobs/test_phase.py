"""Phases: what begins, what has ended, and with what result."""

from datetime import date
from pathlib import Path
from typing import Any

from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import stage

SCHEDULE = [{"job": "phase", "at": "07:15"}]
PHASES = [
    {"name": "Giai đoạn 1", "ends": date(2023, 12, 2), "targets": {"kh": 3000}},
    {"name": "Giai đoạn 2", "ends": date(2023, 12, 15)},
]
ROSTER = cast.ROSTER.replace("target.kh,", "target.kh.1,").replace("baseline.kh", "baseline.kh,target.kh.2")


def phased(**changes: Any) -> dict[str, Any]:
    return {"campaigns": [cast.campaign(schedule=SCHEDULE, **changes)], "start": at(1, 8)}


async def test_between_two_phases_result_and_new_targets_come_together(tmp_path: Path) -> None:
    async with stage(tmp_path, **phased(phases=PHASES)) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
        group = await bot.group("BT", commander)
        await bot.say(officer, "45 30")
        await bot.pass_to(at(3, 7, 15))
        assert group.last().text == (
            "🏁 Kết thúc Giai đoạn 1 (02-12-2023) · Bến Tre\n"
            "Thu nhận: 3.434/6.000 (57,2%) · thiếu 2.566\n"
            "Kích hoạt: 2.480/3.000 (82,7%) · thiếu 520\n"
            "\n"
            "🚩 Bắt đầu Giai đoạn 2\n"
            "Từ 03-12-2023 đến 15-12-2023\n"
            "Thu nhận: chỉ tiêu 6.000 · còn thiếu 2.566\n"
            "Kích hoạt: chỉ tiêu 6.000 · còn thiếu 3.520"
        )


async def test_after_the_last_phase_there_is_only_its_result(tmp_path: Path) -> None:
    async with stage(tmp_path, **phased(phases=PHASES)) as bot:
        commander = await bot.commander("BT")
        group = await bot.group("BT", commander)
        bot.clock.set(at(16, 7, 14))
        await bot.pass_to(at(16, 7, 15))
        assert group.last().text.startswith("🏁 Kết thúc Giai đoạn 2 (15-12-2023) · Bến Tre\n")
        assert "🚩" not in group.last().text


async def test_a_campaign_without_phases_begins_as_one(tmp_path: Path) -> None:
    async with stage(tmp_path, **phased(starts=date(2023, 12, 2))) as bot:
        commander = await bot.commander("BT")
        group = await bot.group(AN_HOI, commander)
        await bot.pass_to(at(2, 7, 15))
        assert group.last().text == (
            "🚩 Bắt đầu Cao điểm kích hoạt tài khoản định danh điện tử · Phường An Hội\n"
            "Từ 02-12-2023 đến 15-12-2023\n"
            "Thu nhận: chỉ tiêu 2.000 · còn thiếu 811\n"
            "Kích hoạt: chỉ tiêu 2.000 · còn thiếu 1.050"
        )


async def test_english_groups_read_english(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **phased(phases=PHASES)) as bot:
        commander = await bot.commander("BT")
        group = await bot.group("BT", commander)
        await bot.pass_to(at(3, 7, 15))
        assert group.last().text == (
            "🏁 Giai đoạn 1 has ended (02-12-2023) · Bến Tre\n"
            "Thu nhận: 3,389/6,000 (56.5%) · 2,611 short\n"
            "Kích hoạt: 2,450/3,000 (81.7%) · 550 short\n"
            "\n"
            "🚩 Giai đoạn 2 begins\n"
            "From 03-12-2023 to 15-12-2023\n"
            "Thu nhận: target 6,000 · 2,611 to go\n"
            "Kích hoạt: target 6,000 · 3,550 to go"
        )
