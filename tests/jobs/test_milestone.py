"""Milestones: told once, to the unit's group and its parent's, and never taken back."""

from datetime import time
from pathlib import Path
from typing import Any

from bot.rehearsal.botapi.groups import Group
from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.conversations.moments import at
from tests.stage import Stage, stage

SCHEDULE = [{"job": "milestone", "at": "18:00"}]


def passing(**changes: Any) -> dict[str, Any]:
    return {"campaigns": [cast.campaign(schedule=SCHEDULE, **changes)], "start": at(1, 8)}


def told(group: Group) -> list[str]:
    """Return every milestone that the group has heard of, line by line."""
    return [line for each in group.from_bots() if each.text.startswith("🎉") for line in each.text.splitlines()[2:]]


async def test_the_units_own_group_and_its_parents_hear_of_a_mark(tmp_path: Path) -> None:
    async with stage(tmp_path, **passing()) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
        own, parent, far = [await bot.group(unit, commander) for unit in (AN_HOI, "TP", "BT")]
        await bot.say(officer, "60 50")
        await bot.turn_to(time(18, 0))
        assert own.last().text == "🎉 Cột mốc Kích hoạt\n\nPhường An Hội vượt mốc 50%: 1.000/2.000 (50,0%)"
        assert told(parent) == ["Phường An Hội vượt mốc 50%: 1.000/2.000 (50,0%)"]
        assert told(far) == []


async def test_who_jumps_over_two_marks_is_told_the_second_and_the_own_unit_comes_first(tmp_path: Path) -> None:
    async with stage(tmp_path, **passing()) as bot:
        commander, one, two = await bot.commander("BT"), await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
        group = await bot.group("TP", commander)
        await _send(bot, [(one, "1200 1050"), (two, "400 499")])
        await bot.turn_to(time(18, 0))
        assert told(group) == [
            "Thành phố Bến Tre vượt mốc 75%: 3.399/4.000 (85,0%)",
            "Phường An Hội hoàn thành chỉ tiêu: 2.000/2.000 (100,0%)",
            "Phường Phú Khương vượt mốc 75%: 999/1.000 (99,9%)",
        ]


async def _send(bot: Stage, reports: list[tuple[Any, str]]) -> None:
    """Send large reports, and say that they are right."""
    for officer, line in reports:
        await bot.say(officer, line)
        await bot.say(officer, "đúng")


async def test_a_mark_is_told_once_though_the_total_falls_and_rises(tmp_path: Path) -> None:
    async with stage(tmp_path, **passing()) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
        group = await bot.group(AN_HOI, commander)
        for day, line in ((1, "60 50"), (2, "hq 60 10"), (3, "1/12 60 55")):
            bot.clock.set(at(day, 9))
            await bot.say(officer, line)
            await bot.pass_to(at(day, 18))
        assert len(told(group)) == 1
        status = await bot.say(officer, "/status")
        assert "1.005/2.000" in status


async def test_marks_that_the_baseline_had_passed_are_not_news(tmp_path: Path) -> None:
    async with stage(tmp_path, **passing()) as bot:
        commander = await bot.commander("BT")
        group = await bot.group("TP", commander)
        await bot.turn_to(time(18, 0))
        assert told(group) == []


async def test_a_group_that_is_bound_later_does_not_hear_old_news(tmp_path: Path) -> None:
    async with stage(tmp_path, **passing()) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
        await bot.say(officer, "60 50")
        await bot.turn_to(time(18, 0))
        group = await bot.group(AN_HOI, commander)
        await bot.tomorrow(time(18, 0))
        assert told(group) == []


async def test_an_english_group_reads_english(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **passing()) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
        group = await bot.group(AN_HOI, commander)
        await bot.say(officer, "60 50")
        await bot.turn_to(time(18, 0))
        assert group.last().text == "🎉 Milestones in Kích hoạt\n\nPhường An Hội has passed 50%: 1,000/2,000 (50.0%)"
