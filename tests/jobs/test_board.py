"""The live board: posted once, edited as reports land, frozen at close, and what moved since the day before."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from storage import chats
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI, CHAU_THANH_TOWN, PHU_KHUONG
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage

BOARD = {"job": "board", "at": ["17:05", "19:00"]}


@asynccontextmanager
async def racing(folder: Path, unit: str = "TP", **row: Any) -> AsyncIterator[tuple[Stage, Group, User]]:
    """Set the stage with a group of `unit` that gets a board, and An Hội's officer."""
    campaigns = [cast.campaign(schedule=[BOARD | row])]
    async with stage(folder, campaigns=campaigns, start=at(1, 8)) as bot:
        commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
        yield bot, await bot.group(unit, commander, officer), officer


def board(group: Group) -> Message:
    """Return the newest board in the group."""
    return [message for message in group.from_bots() if message.text.startswith("🏆")][-1]


def shown(bot: Stage, group: Group) -> Counter[str]:
    """Count what was done in the group, by method."""
    return Counter(each.method for each in bot.server.accepted if each.chat_id == group.id)


async def report_and_look(bot: Stage, officer: User, line: str, after_s: int) -> None:
    officer.private.send(line)
    await bot.settle()
    await bot.pass_to(bot.clock.now() + timedelta(seconds=after_s))


async def test_a_districts_group_sees_its_wards(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.say(officer, "45 30")
        await bot.turn_to(time(17, 5))
        assert group.last().text == (
            "🏆 Bảng xếp hạng Kích hoạt · Thành phố Bến Tre\n"
            "Thứ Sáu 01-12-2023 · theo % chỉ tiêu được giao · lúc 17:05\n"
            "\n"
            "1. Phường Phú Khương: 50,0%\n"
            "2. Phường An Hội: 49,0% · hôm nay +30\n"
            "3. Xã Sơn Đông: 40,0%\n"
            "\n"
            "Chưa báo cáo (2): Phường Phú Khương, Xã Sơn Đông"
        )


async def test_a_ward_whose_word_waits_to_be_confirmed_is_not_blamed_for_silence(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.say(officer, "600 30")
        await bot.turn_to(time(17, 5))
        assert group.last().text.splitlines()[-1] == (
            "Chưa báo cáo (3): Phường Phú Khương, Phường An Hội (chờ xác nhận), Xã Sơn Đông"
        )


async def test_a_word_that_is_asked_about_alone_marks_and_unmarks_its_ward_on_the_posted_board(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        lines = []
        for said in ("600 30", "sai", "700 30", "đúng"):
            await report_and_look(bot, officer, said, 60)
            lines.append(board(group).text.splitlines()[-1])
        assert lines == [
            "Chưa báo cáo (3): Phường Phú Khương, Phường An Hội (chờ xác nhận), Xã Sơn Đông",
            "Chưa báo cáo (3): Phường Phú Khương, Phường An Hội, Xã Sơn Đông",
            "Chưa báo cáo (3): Phường Phú Khương, Phường An Hội (chờ xác nhận), Xã Sơn Đông",
            "Chưa báo cáo (2): Phường Phú Khương, Xã Sơn Đông",
        ]


async def test_a_province_sees_its_districts_with_how_many_reports_each_still_owes(tmp_path: Path) -> None:
    async with racing(tmp_path, "BT", top=1) as (bot, group, officer):
        await bot.say(officer, "45 30")
        await bot.turn_to(time(17, 5))
        assert group.last().text.splitlines()[3:] == [
            "1. Thành phố Bến Tre: 47,0% · hôm nay +30",
            "",
            "Chưa đủ báo cáo (2): Thành phố Bến Tre 1/3, Huyện Châu Thành 0/2",
        ]


async def test_a_wards_group_sees_its_own_place_and_nobody_named_as_missing(tmp_path: Path) -> None:
    async with racing(tmp_path, AN_HOI, top=1) as (bot, group, _):
        await bot.turn_to(time(17, 5))
        assert group.last().text.splitlines()[3:] == [
            "1. Phường Phú Khương: 50,0%",
            "2. Phường An Hội: 47,5%",
            "3. Xã Sơn Đông: 40,0%",
            "",
            "Đã có báo cáo: 0/3 đơn vị",
        ]


async def test_an_english_group_reads_english(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.store.write(lambda tx: tx.run("UPDATE chats SET language = 'en' WHERE private = 0").rowcount)
        await bot.say(officer, "45 30")
        await bot.turn_to(time(17, 5))
        assert group.last().text == (
            "🏆 Kích hoạt: standings · Thành phố Bến Tre\n"
            "Friday 01-12-2023 · by share of target · at 17:05\n"
            "\n"
            "1. Phường Phú Khương: 50.0%\n"
            "2. Phường An Hội: 49.0% · today +30\n"
            "3. Xã Sơn Đông: 40.0%\n"
            "\n"
            "Not reported yet (2): Phường Phú Khương, Xã Sơn Đông"
        )


async def test_through_three_hundred_reports_one_message_is_edited_at_most_once_a_minute(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        before = shown(bot, group)
        for number in range(300):
            await report_and_look(bot, officer, f"100 {number % 90}", 20)
        after = shown(bot, group)
        assert after["sendMessage"] == before["sendMessage"]
        assert 95 <= after["editMessageText"] <= 100
        edits = [
            each.at for each in bot.server.accepted if each.chat_id == group.id and each.method == "editMessageText"
        ]
        assert min(later - sooner for sooner, later in pairwise(edits)) >= timedelta(seconds=60)


async def test_reports_from_elsewhere_and_unchanged_ones_edit_nothing(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        other = await bot.join(CHAU_THANH_TOWN)
        await bot.say(officer, "45 30")
        await bot.turn_to(time(17, 5))
        await report_and_look(bot, officer, "45 30 # lại", 90)
        edits = shown(bot, group)["editMessageText"]
        await report_and_look(bot, other, "45 30", 90)
        await report_and_look(bot, officer, "45 30 # lần nữa", 90)
        assert shown(bot, group)["editMessageText"] == edits


async def test_a_second_time_of_the_day_posts_no_second_board(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, _):
        await bot.turn_to(time(19, 30))
        assert sum(message.text.startswith("🏆") for message in group.from_bots()) == 1


async def test_at_close_the_board_is_frozen_and_later_reports_leave_it_alone(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        await bot.say(officer, "45 30")
        await bot.tomorrow(time(0, 0))
        frozen = board(group).text
        assert frozen.splitlines()[1] == "Thứ Sáu 01-12-2023 · theo % chỉ tiêu được giao · đã chốt"
        assert "2. Phường An Hội: 49,0% · trong ngày +30" in frozen
        assert frozen.endswith("Không báo cáo (2): Phường Phú Khương, Xã Sơn Đông")
        await report_and_look(bot, officer, "hq 45 90", 3600)
        assert board(group).text == frozen


async def test_what_comes_after_midnight_is_not_on_yesterdays_frozen_board(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        bot.clock.set(at(2, 0, 1))
        await bot.say(officer, "45 30")
        await bot.look()
        assert "2. Phường An Hội: 47,5%\n" in board(group).text


async def test_the_next_board_shows_who_rose_and_who_fell(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        await bot.tomorrow(time(8, 0))
        await bot.say(officer, "300 60")
        await bot.turn_to(time(17, 5))
        assert board(group).text.splitlines()[3:6] == [
            "1. Phường An Hội: 50,5% · hôm nay +60 ▲1",
            "2. Phường Phú Khương: 50,0% ▼1",
            "3. Xã Sơn Đông: 40,0%",
        ]


async def test_T12_a_deleted_board_is_posted_anew_once_and_edited_from_then_on(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        group.remove(board(group))
        await report_and_look(bot, officer, "45 30", 60)
        anew = board(group)
        before = shown(bot, group)
        await report_and_look(bot, officer, "45 31", 60)
        assert "hôm nay +31" in anew.text
        assert shown(bot, group) - before == {"editMessageText": 1}


async def test_in_quiet_hours_a_deleted_board_stays_deleted(tmp_path: Path) -> None:
    async with racing(tmp_path, at=["17:05"]) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        group.remove(board(group))
        await bot.say(officer, "45 30")
        await bot.tomorrow(time(6, 0))
        assert not any(message.text.startswith("🏆") for message in group.from_bots())


async def test_a_group_bound_elsewhere_hears_no_more_of_the_unit(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        before = board(group).text
        await bot.store.write(lambda tx: tx.run("UPDATE chats SET unit = NULL WHERE private = 0").rowcount)
        await report_and_look(bot, officer, "45 30", 60)
        await bot.tomorrow(time(0, 1))
        assert board(group).text == before


async def test_a_board_goes_on_in_the_supergroup_that_its_group_became(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, _, officer):
        old = bot.server.world.add_group("Nhóm cũ", [officer], kind="group")
        await bot.store.write(lambda tx: tx.run("UPDATE chats SET external = ? WHERE private = 0", (old.id,)).rowcount)
        await bot.turn_to(time(17, 5))
        new = old.upgrade_to_supergroup(announce=())
        await bot.store.write(lambda tx: _meet_and_migrate(tx, old, new))
        await report_and_look(bot, officer, "45 30", 60)
        assert "hôm nay +30" in board(new).text


def _meet_and_migrate(tx: Tx, old: Group, new: Group) -> None:
    """Hear of the new group before it is known that the old one has become it."""
    chats.meet(tx, "telegram", new.id, private=False)
    chats.migrate(tx, "telegram", old.id, new.id)


async def test_after_a_restart_the_same_message_is_edited(tmp_path: Path) -> None:
    async with backstage(tmp_path, campaigns=[cast.campaign(schedule=[BOARD])], start=at(1, 8)) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
            group = await bot.group("TP", commander)
            await bot.turn_to(time(17, 5))
        before = board(group).message_id
        async with perform(ready.server, ready.clock, ready.config) as bot:
            await report_and_look(bot, officer, "45 30", 60)
        assert board(group).message_id == before
        assert "hôm nay +30" in board(group).text


async def test_a_bot_that_was_away_at_the_close_freezes_the_board_as_the_day_ended(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, officer):
        await bot.turn_to(time(17, 5))
        bot.clock.set(at(2, 9))
        await bot.say(officer, "hq 45 30")
        await bot.say(officer, "45 300")
        await bot.look()
        assert "2. Phường An Hội: 49,0% · trong ngày +30\n" in board(group).text
        assert "đã chốt" in board(group).text


async def test_R3_a_slot_whose_day_is_over_posts_nothing(tmp_path: Path) -> None:
    async with racing(tmp_path, at=["20:30"]) as (bot, group, _):
        bot.clock.set(at(2, 0, 30))
        await bot.look()
        bot.clock.set(at(2, 8))
        await bot.look()
        assert not any(message.text.startswith("🏆") for message in group.from_bots())


async def test_a_board_that_was_late_says_so(tmp_path: Path) -> None:
    async with racing(tmp_path) as (bot, group, _):
        bot.clock.set(at(1, 18))
        await bot.look()
        assert group.last().text.endswith("⏰ Gửi muộn do bot bị gián đoạn.")


async def test_a_board_by_the_day_leaves_out_who_is_silent(tmp_path: Path) -> None:
    async with racing(tmp_path, kind="today") as (bot, group, officer):
        other = await bot.join(PHU_KHUONG)
        await bot.say(officer, "45 30")
        await bot.say(other, "0 0")
        await bot.turn_to(time(17, 5))
        assert board(group).text.splitlines()[3:] == [
            "1. Phường An Hội: +30",
            "2. Phường Phú Khương: +0",
            "",
            "Chưa báo cáo (1): Xã Sơn Đông",
        ]


async def test_streaks_grow_day_by_day_and_a_late_report_ends_them(tmp_path: Path) -> None:
    async with racing(tmp_path, kind="streak", at=["18:00"]) as (bot, group, officer):
        for day in (1, 2):
            bot.clock.set(at(day, 16))
            await bot.say(officer, "45 30")
            await bot.pass_to(at(day, 18))
            assert f"1. Phường An Hội: {day} ngày" in board(group).text
        bot.clock.set(at(3, 17, 30))
        await bot.say(officer, "45 30")
        await bot.pass_to(at(3, 18))
        assert "Chưa có đơn vị nào để xếp hạng." in board(group).text
