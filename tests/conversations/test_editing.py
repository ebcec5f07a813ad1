"""Editing the message supersedes the entry: never a second count, and both values stay in the record."""

from pathlib import Path

from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, stage


async def sent(bot: Stage, officer: User, text: str) -> Message:
    message = officer.private.send(text)
    await bot.settle()
    return message


async def edit(bot: Stage, officer: User, message: Message, text: str) -> str:
    before = len(message.chat.from_bots())
    officer.edit(message, text)
    await bot.settle()
    return "\n".join(each.text for each in message.chat.from_bots()[before:])


async def test_O6_an_edit_replaces_and_never_adds(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    answer = await edit(bot, officer, message, "21 10")
    assert answer.startswith("✅ Đã ghi nhận #LVVR (thay #5XG8)")
    assert "Thu nhận +21 (trước: 12) → 1.210/2.000" in answer
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")) == 2
    await bot.check_sums()


async def test_an_edit_means_only_what_it_says_now(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    assert "Kích hoạt chưa báo (trước: 10)" not in (answer := await edit(bot, officer, message, "12"))
    assert "Còn thiếu: Kích hoạt" in answer


async def test_an_edited_adjustment_starts_from_what_stood_before_it(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await sent(bot, officer, "12 10")
    message = await sent(bot, officer, "kh +3")
    assert "Kích hoạt +15 (trước: 13)" in await edit(bot, officer, message, "kh +5")


async def test_an_edit_that_says_the_same_changes_nothing(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    assert (await edit(bot, officer, message, "12, 10")).startswith("👌 Không có gì thay đổi")


async def test_an_edit_to_another_day_moves_the_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    receipt = officer.private.last()
    assert "thứ Năm 30-11-2023" in await edit(bot, officer, message, "hq 12 10")
    assert receipt.text.startswith("Phiếu #5XG8 không còn hiệu lực")
    assert "trong ngày +12" in await bot.say(officer, "/status hôm qua")
    assert "hôm nay +0" in await bot.say(officer, "/status")
    await bot.check_sums()


async def test_moving_a_report_is_judged_without_what_it_leaves(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "0 200")
    assert "Đã ghi nhận" in await edit(bot, officer, message, "hq 0 200")
    await bot.check_sums()


async def test_a_move_that_the_new_day_refuses_leaves_the_old_one(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    assert "đã khoá sổ" in await edit(bot, officer, message, "20/11 12 10")
    assert "Kích hoạt đang là 0" in await edit(bot, officer, message, "hq kh -5")
    assert "hôm nay +12" in await bot.say(officer, "/status")
    await bot.check_sums()


async def test_an_unreadable_edit_leaves_the_receipt_in_force(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    answer = await edit(bot, officer, message, "12,5 10")
    assert answer.startswith("«12,5» không phải số nguyên.\nPhiếu #5XG8 giữ nguyên.")


async def test_an_edit_of_a_counted_line_into_talk_leaves_it_counted_and_says_so(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    answer = await edit(bot, officer, message, "chào đồng chí")
    assert answer.startswith("Không thấy số liệu trong tin này.\nPhiếu #5XG8 giữ nguyên.")


async def test_an_edit_of_talk_into_talk_is_passed_over(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "chào đồng chí")
    assert await edit(bot, officer, message, "chào các đồng chí") == ""


async def test_an_edit_that_mends_a_refused_line_is_recorded(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12,5 10")
    assert "Thu nhận +12" in await edit(bot, officer, message, "12 10")


async def test_an_old_message_that_a_later_one_replaced_is_not_brought_back(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    await sent(bot, officer, "20 15")
    answer = await edit(bot, officer, message, "13 10")
    assert answer.startswith("Phiếu #5XG8 đã được thay bằng #LVVR, nên sửa tin cũ này không làm đổi số.")
    assert "hôm nay +20" in await bot.say(officer, "/status")


async def test_a_message_whose_numbers_still_stand_can_be_edited_after_later_ones(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "tn 12")
    await sent(bot, officer, "kh 10")
    answer = await edit(bot, officer, message, "tn 13")
    assert "Thu nhận +13 (trước: 12)" in answer
    assert "Kích hoạt +10 →" in answer


async def test_a_message_that_was_undone_can_be_edited_into_force(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "12 10")
    await bot.say(officer, "hoàn tác")
    assert "Thu nhận +13 →" in await edit(bot, officer, message, "13 10")


async def test_a_replacement_that_was_undone_can_be_edited_into_force(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await sent(bot, officer, "12 10")
    message = await sent(bot, officer, "20 15")
    await bot.say(officer, "hoàn tác")
    assert "Thu nhận +21 (trước: 12)" in await edit(bot, officer, message, "21 15")


async def test_a_replaced_report_of_two_officers_says_whose_it_is(bot: Stage) -> None:
    first, second = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
    message = await sent(bot, first, "12 10")
    await sent(bot, second, "20 15")
    assert "đã được thay bằng #LVVR của Minh" in await edit(bot, first, message, "13 10")


async def test_O7_an_edit_on_a_locked_day_changes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        message = await sent(bot, officer, "12 10")
        bot.clock.set(at(6, 8))
        assert "đã khoá sổ" in await edit(bot, officer, message, "13 10")
        assert "trong ngày +12" in await bot.say(officer, "/status 1/12")


async def test_an_edit_days_later_still_means_the_day_of_the_message(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        message = await sent(bot, officer, "12 10")
        bot.clock.set(at(3, 8))
        assert "thứ Sáu 01-12-2023" in await edit(bot, officer, message, "13 10")


async def test_an_edited_command_is_an_edited_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    for command in ("/bc 12 10", "/sua 14 10"):
        message = await sent(bot, officer, command)
        assert "Thu nhận +13 (trước: 1" in await edit(bot, officer, message, command.split()[0] + " 13 10")


async def test_an_edited_question_is_not_asked_again(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "/status")
    assert await edit(bot, officer, message, "/toi") == ""


async def test_a_questioned_line_is_answered_by_editing_it(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "501 10")
    question = officer.private.last()
    assert "Thu nhận +51" in await edit(bot, officer, message, "51 10")
    assert question.buttons == []
    await bot.check_sums()


async def test_a_questioned_line_can_be_moved_to_another_day(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "501 10")
    assert "thứ Năm 30-11-2023" in await edit(bot, officer, message, "hq 51 10")
    assert await bot.say(officer, "đúng") == "Không có số liệu nào đang chờ xác nhận."
    await bot.check_sums()


async def test_a_dropped_line_can_be_edited_into_force(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "501 10")
    await bot.say(officer, "sai")
    assert "Thu nhận +51" in await edit(bot, officer, message, "51 10")


async def test_a_dropped_line_can_be_edited_to_another_day(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    message = await sent(bot, officer, "501 10")
    await bot.say(officer, "sai")
    assert "thứ Năm 30-11-2023" in await edit(bot, officer, message, "hq 51 10")
    await bot.check_sums()


async def test_in_a_group_the_edited_command_mends_the_report(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    message = group.say(officer, "/bc@tiendo_bot 12 10")
    await bot.settle()
    assert "Thu nhận +13 (trước: 12)" in await edit(bot, officer, message, "/bc@tiendo_bot 13 10")
    assert group.last().buttons == [["Hoàn tác"]]


async def test_several_campaigns_edits_stay_in_theirs(tmp_path: Path) -> None:
    two = [cast.campaign(), cast.campaign(code="dvc", name="Dịch vụ công", metrics=[{"code": "hs", "name": "Hồ sơ"}])]
    async with stage(tmp_path, campaigns=two) as bot:
        officer = await bot.join(AN_HOI)
        message = await sent(bot, officer, "dvc 7")
        assert "Hồ sơ +8 (trước: 7)" in await edit(bot, officer, message, "dvc 8")
        assert "Phiếu #LVVR giữ nguyên" in await edit(bot, officer, message, "vneid 12 10")
