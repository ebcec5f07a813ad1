"""Several units: which one a line means is said, asked or known, and never guessed."""

from datetime import time
from pathlib import Path

from bot.rehearsal.botapi.people import User
from tests import cast
from tests.cast import AN_HOI, CHAU_THANH_TOWN, PHU_KHUONG, SON_DONG
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage

LADDER = [{"job": "open", "at": "08:30"}, {"job": "remind", "at": ["15:00", "16:30"]}]
SECOND = cast.campaign(code="dvc", name="Dịch vụ công", metrics=[{"code": "hs", "name": "Hồ sơ"}])

QUESTION = """\
❓ Số liệu này của đơn vị nào? Bấm nút, hoặc gõ:
• An Hội 45 30
• Phú Khương 45 30
Chưa ghi nhận gì. Chọn sẵn đơn vị hay báo: /toi"""


async def joined(bot: Stage, *units: str) -> User:
    """Let one person in for several units."""
    officer = await bot.join(units[0], "Lan")
    for unit in units[1:]:
        await bot.say(officer, f"/start {await bot.code(unit)}")
    return officer


async def entries(bot: Stage) -> list[tuple[str, str, str]]:
    """Return unit, day and amounts of everything that was stored, in order."""
    query = "SELECT u.code, e.day, e.amounts FROM entries e JOIN units u ON u.id = e.unit ORDER BY e.id"
    return [tuple(row) for row in await bot.store.read(lambda tx: tx.all(query))]


async def test_a_second_invite_is_accepted_and_explained(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    answer = await bot.say(officer, f"/start {await bot.code(PHU_KHUONG)}")
    assert "Bạn là cán bộ báo cáo của Phường Phú Khương." in officer.private.from_bots()[-2].text
    assert answer == (
        "Bạn báo cáo cho 2 đơn vị: Phường An Hội, Phường Phú Khương. Ghi tên đơn vị trước số, ví dụ: "
        "Phú Khương 45 30\nChọn sẵn đơn vị hay báo: /toi"
    )


async def test_the_unit_named_in_front_is_the_one(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    assert "Phường An Hội · thứ Sáu" in await bot.say(officer, "An Hội 45 30")
    assert "Phường Phú Khương · thứ Năm 30-11-2023" in await bot.say(officer, "dạ p phu khuong: hôm qua 12 8 ạ")
    assert "Phường Phú Khương · thứ Sáu" in await bot.say(officer, "tp-02 kh 3")
    await bot.check_sums()


async def test_a_line_without_a_unit_is_asked_about_and_nothing_is_recorded(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    assert await bot.say(officer, "45 30") == QUESTION
    assert officer.private.last().buttons == [["Phường An Hội"], ["Phường Phú Khương"]]
    assert await entries(bot) == []


async def test_the_button_records_as_if_it_had_been_said_then(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    bot.clock.set(at(1, 16, 55))
    line = officer.private.send("45 30")
    await bot.settle()
    question = officer.private.last()
    bot.clock.set(at(1, 18, 10))
    receipt = await bot.press(officer, question, "Phường Phú Khương")
    assert receipt.startswith("✅ Đã ghi nhận #")
    assert "muộn" not in receipt
    assert question.text == "↳ «45 30»: Phường Phú Khương"
    officer.edit(line, "46 30")
    await bot.settle()
    assert "Phường Phú Khương · thứ Sáu 01-12-2023\nThu nhận +46 (trước: 45)" in officer.private.last().text
    await bot.check_sums()


async def test_the_name_alone_does_what_the_button_does(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "45 30 # mưa lớn")
    answer = await bot.say(officer, "phú khương")
    assert "Phường Phú Khương" in answer
    assert "Ghi chú: mưa lớn" in answer
    assert "Bot chưa hiểu" in await bot.say(officer, "an hội")  # nothing waits any more
    assert len(await entries(bot)) == 1


async def test_the_question_survives_a_restart(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await joined(bot, AN_HOI, PHU_KHUONG)
            await bot.say(officer, "45 30")
            question = officer.private.last()
        async with perform(ready.server, ready.clock, ready.config) as bot:
            assert officer.private.last() == question
            assert "Phường An Hội" in await bot.press(officer, question, "Phường An Hội")


async def test_the_whole_line_typed_once_more_settles_it_and_the_old_button_records_nothing(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "45 30")
    question = officer.private.last()
    await bot.say(officer, "An Hội 45 30")
    assert question.text == "«45 30» chưa ghi nhận: bot theo tin gửi sau."
    assert [unit for unit, _, _ in await entries(bot)] == [AN_HOI]


async def test_a_line_that_waits_ends_with_its_day(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "45 30")
    bot.clock.set(at(2, 0, 1))
    answer = await bot.press(officer, officer.private.last(), "Phường An Hội")
    assert answer == "⌛ «45 30» đã qua ngày nên chưa ghi nhận. Hãy gửi lại, ghi rõ ngày."
    assert await entries(bot) == []


async def test_cancel_drops_what_waits(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "huỷ") == "Đã huỷ, chưa ghi nhận gì."
    assert "Bot chưa hiểu" in await bot.say(officer, "an hội")


async def test_editing_the_line_to_name_its_unit_answers_the_question(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    line = officer.private.send("45 30")
    await bot.settle()
    officer.edit(line, "An Hội 45 30")
    await bot.settle()
    assert "Phường An Hội" in officer.private.last().text
    assert len(await entries(bot)) == 1


async def test_editing_the_name_moves_the_report_to_the_other_unit(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    line = officer.private.send("An Hội 45 30")
    await bot.settle()
    officer.edit(line, "Phú Khương 45 31")
    await bot.settle()
    assert "Phường Phú Khương · thứ Sáu 01-12-2023\nThu nhận +45" in officer.private.last().text
    assert "Thu nhận: 1.189/2.000" in await bot.say(officer, "/status an hội")
    await bot.check_sums()


async def test_a_broken_line_is_refused_before_anybody_is_asked(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    assert "Chưa ghi nhận gì. Gửi lại" in await bot.say(officer, "12,5 30")
    assert "Bot chưa hiểu" in await bot.say(officer, "chào buổi sáng")


async def test_a_unit_of_somebody_else_is_never_taken(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    assert "Chưa ghi nhận gì." in await bot.say(officer, "Sơn Đông 45 30")
    assert "Chưa ghi nhận gì." in await bot.say(officer, "an hoy 45 30")
    assert await entries(bot) == []


async def test_with_one_unit_nothing_is_asked_and_its_name_does_no_harm(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "Thu nhận +45" in await bot.say(officer, "45 30")
    assert "Thu nhận +46" in await bot.say(officer, "An Hội 46 30")


async def test_a_reply_to_a_receipt_is_for_its_unit(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "An Hội 45 30")
    receipt = officer.private.last()
    await bot.say(officer, "/toi Phú Khương")
    officer.private.send("kh +3", reply_to=receipt)
    await bot.settle()
    assert "Phường An Hội" in officer.private.last().text
    assert "Kích hoạt +33 (trước: 30)" in officer.private.last().text


async def test_the_chosen_unit_is_meant_until_another_is_named(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "/toi")
    chosen = await bot.press(officer, officer.private.last(), "Phường Phú Khương")
    assert chosen.startswith("✅ Từ giờ dòng báo cáo không ghi tên được tính cho Phường Phú Khương.")
    assert "Phường Phú Khương" in await bot.say(officer, "45 30")
    assert "Phường An Hội" in await bot.say(officer, "an hội 45 30")
    assert "• Cán bộ báo cáo: Phường Phú Khương (TP-02) ✔ đang chọn" in await bot.say(officer, "/toi")
    assert "Không chọn sẵn đơn vị nào." in await bot.say(officer, "/toi tất cả")
    assert "Số liệu này của đơn vị nào?" in await bot.say(officer, "45 30")
    assert "Không rõ «Sơn Đông» là đơn vị nào của bạn." in await bot.say(officer, "/toi Sơn Đông")


async def test_a_post_that_was_taken_away_is_no_choice_any_more(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG, SON_DONG)
    await bot.say(officer, "/toi Sơn Đông")
    end = "UPDATE roles SET until = 1 WHERE unit = (SELECT id FROM units WHERE code = 'TP-03')"
    await bot.store.write(lambda tx: tx.run(end).rowcount)
    assert "Số liệu này của đơn vị nào?" in await bot.say(officer, "45 30")
    question = officer.private.last()
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET until = 1 WHERE unit = 4").rowcount)
    assert await bot.press(officer, question, "Phường An Hội") == "Đơn vị này không thuộc phạm vi của bạn."
    assert await entries(bot) == []


async def test_in_a_group_only_its_own_units_are_meant(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, CHAU_THANH_TOWN)
    group = await bot.group("TP", await bot.commander("TP"), officer)
    group.say(officer, "/bc@tiendo_bot 45 30")
    await bot.settle()
    assert "Phường An Hội" in group.last().text


async def test_in_a_group_the_unit_is_asked_for_and_typed(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    group = await bot.group("TP", await bot.commander("TP"), officer)
    group.say(officer, "/bc@tiendo_bot 45 30")
    await bot.settle()
    assert "• /bc An Hội 45 30" in group.last().text
    group.say(officer, "/bc@tiendo_bot an hội")
    await bot.settle()
    assert "Phường An Hội" in group.last().text
    assert len(await entries(bot)) == 1


async def test_units_of_different_campaigns_are_told_apart_by_the_code(tmp_path: Path) -> None:
    other = {**SECOND, "root": "CT"}
    async with stage(tmp_path, campaigns=[{**cast.campaign(), "root": "BT"}, other]) as bot:
        officer = await joined(bot, AN_HOI, CHAU_THANH_TOWN)
        assert "Thị trấn Châu Thành" in await bot.say(officer, "dvc 7")
        assert await bot.say(officer, "an hội dvc 7") == (
            "Phường An Hội không báo cáo trong chiến dịch Dịch vụ công.\nChưa ghi nhận gì."
        )


async def test_unit_and_campaign_are_asked_for_one_after_the_other(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(), SECOND]) as bot:
        officer = await joined(bot, AN_HOI, PHU_KHUONG)
        await bot.say(officer, "45")
        assert "An Hội vneid 45" in await bot.press(officer, officer.private.last(), "Phường An Hội")
        assert "Hồ sơ +45" in await bot.press(officer, officer.private.last(), "Dịch vụ công")
        await bot.say(officer, "7")
        await bot.say(officer, "Phú Khương")
        assert "Phường Phú Khương · thứ Sáu 01-12-2023\nHồ sơ +7" in await bot.say(officer, "dvc")


async def test_the_guided_report_asks_for_the_unit_first(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    question = await bot.say(officer, "/baocao hôm qua")
    assert question == "Báo cáo cho đơn vị nào? Bấm nút, hoặc gõ /baocao An Hội hay /baocao Phú Khương"
    asked = await bot.press(officer, officer.private.last(), "Phường An Hội")
    assert asked.startswith("Thu nhận ngày (thứ Năm 30-11-2023) của Phường An Hội là bao nhiêu?")
    await bot.say(officer, "45")
    assert "Phường An Hội · thứ Năm 30-11-2023" in await bot.say(officer, "30")
    assert "của Phường Phú Khương là bao nhiêu?" in await bot.say(officer, "/baocao Phú Khương")
    assert "Phường An Hội · thứ Sáu 01-12-2023" in await bot.say(officer, "An Hội 1 1")
    assert "Phường Phú Khương" in await bot.press(officer, officer.private.from_bots()[-2], "Hôm nay 0")
    await bot.check_sums()


async def test_one_reminder_names_every_unit_that_is_missing(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(schedule=LADDER)]) as bot:
        officer = await joined(bot, AN_HOI, PHU_KHUONG)
        await bot.turn_to(time(8, 30))
        morning = officer.private.last().text.splitlines()
        assert morning[0] == "☀️ Chào buổi sáng, Phường An Hội, Phường Phú Khương · thứ Sáu 01-12-2023"
        assert {"Phường An Hội", "Phường Phú Khương"} <= set(morning)
        await bot.turn_to(time(15, 0))
        message = officer.private.last()
        assert message.text == (
            "🔔 2 đơn vị chưa có báo cáo hôm nay\n"
            "Phường An Hội: chốt lúc 17:00.\n"
            "Phường Phú Khương: chốt lúc 17:00.\n"
            "Gửi số liệu trong một dòng, hoặc bấm nút dưới đây. Bớt nhắc: /nhac"
        )
        assert message.buttons[0] == ["Hôm nay 0 · An Hội", "Báo cáo · An Hội"]
        assert "Phường An Hội" in await bot.press(officer, message, "Hôm nay 0 · An Hội")
        await bot.turn_to(time(16, 30))
        assert officer.private.last().text.startswith("🔔 Phường Phú Khương chưa có báo cáo hôm nay")
        officer.private.send("12 8", reply_to=officer.private.last())
        await bot.settle()
        assert "Phường Phú Khương" in officer.private.last().text


async def test_status_and_leave_speak_of_all_own_units(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    status = await bot.say(officer, "/status")
    assert ("📊 Phường An Hội" in status, "📊 Phường Phú Khương" in status) == (True, True)
    await bot.say(officer, "/toi phú khương")
    assert "An Hội" not in await bot.say(officer, "/status")
    leave = await bot.say(officer, "/nghi 3 ngày")
    assert leave.count("không phải báo cáo trong những ngày này") == 2


async def test_a_name_that_begins_like_a_polite_word_is_a_name(tmp_path: Path) -> None:
    async with stage(tmp_path, roster=cast.ROSTER.replace("Phú Khương", "Đa Kao")) as bot:
        officer = await joined(bot, AN_HOI, PHU_KHUONG)
        assert "Phường Đa Kao" in await bot.say(officer, "da kao 45 30")
        assert "Phường Đa Kao" in await bot.say(officer, "dạ đa kao 46 30 ạ")


async def test_a_digit_that_may_belong_to_the_name_is_asked_about(tmp_path: Path) -> None:
    async with stage(tmp_path, roster=cast.ROSTER.replace("Phú Khương", "An Hội 2")) as bot:
        officer = await joined(bot, AN_HOI, PHU_KHUONG)
        assert "• TP-02 45\n• TP-01 2 45\n" in await bot.say(officer, "An Hội 2 45")
        assert "Phường An Hội · thứ Sáu 01-12-2023\nThu nhận +2" in await bot.say(officer, "TP-01")
        # Three numbers would be too many for An Hội, so there is only one way to read this.
        assert "Phường An Hội 2" in await bot.say(officer, "An Hội 2 45 30")


async def test_units_that_no_word_tells_apart_are_answered_by_code(tmp_path: Path) -> None:
    roster = cast.ROSTER.replace("Phú Khương", "An Hội").replace("TP-01", "28756").replace("TP-02", "28757")
    async with stage(tmp_path, roster=roster) as bot:
        officer = await joined(bot, "28756", "28757")
        assert "• 28757 · Phường An Hội" in await bot.say(officer, "45 30")
        await bot.say(officer, "28757")
        assert [unit for unit, _, _ in await entries(bot)] == ["28757"]


async def test_a_draft_and_a_waiting_line_give_way_to_each_other_aloud(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    await bot.say(officer, "/baocao An Hội")
    await bot.say(officer, "/bc 45 30")
    assert officer.private.from_bots()[-2].text == "Đã huỷ, chưa ghi nhận gì."
    question = officer.private.last()
    await bot.say(officer, "/baocao An Hội")
    assert question.text == "«45 30» chưa ghi nhận: bot theo tin gửi sau."
    assert await entries(bot) == []


async def test_what_is_not_understood_is_answered_with_a_line_that_would_be(bot: Stage) -> None:
    officer = await joined(bot, AN_HOI, PHU_KHUONG)
    assert "ví dụ Phú Khương 45 30, hoặc gõ /trogiup" in await bot.say(officer, "chào đồng chí")


async def test_the_help_shows_how_to_name_unit_and_campaign(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(), SECOND]) as bot:
        officer = await bot.join(AN_HOI)
        manual = await bot.say(officer, "/trogiup")
        assert "• vneid 45 30 · cho Cao điểm kích hoạt" in manual
        assert "• An Hội" not in manual
        await bot.say(officer, f"/start {await bot.code(PHU_KHUONG)}")
        assert "• Phú Khương 45 30 · cho đơn vị được ghi tên" in await bot.say(officer, "/trogiup")


async def test_a_metric_stays_a_metric_where_a_unit_is_called_alike(tmp_path: Path) -> None:
    metrics = [{"code": "to", "name": "Tổ"}, {"code": "kh", "name": "Kích hoạt"}]
    header, *rows = (",".join(row.split(",")[:6]) for row in cast.ROSTER.replace("Phường An Hội", "Tổ 3").splitlines())
    async with stage(tmp_path, campaigns=[cast.campaign(metrics=metrics)], roster="\n".join((header, *rows))) as bot:
        officer = await bot.join(AN_HOI)
        assert "Tổ +3" in await bot.say(officer, "tổ 3 kh 5")
        assert "Tổ +4" in await bot.say(officer, "TP-01 tổ 4 kh 5")
