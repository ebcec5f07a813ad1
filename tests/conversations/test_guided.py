"""The guided report: one question for each metric, few messages, nothing lost and nothing counted half."""

from pathlib import Path

from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage

QUESTION = """\
Thu nhận hôm nay (thứ Sáu 01-12-2023) của Phường An Hội là bao nhiêu?
Ngày trước đó: 5.
Gõ số, hoặc bỏ qua, huỷ, hay một ngày khác như hôm qua."""


async def test_two_metrics_take_three_messages(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    assert (await bot.say(officer, "45")).startswith("Kích hoạt hôm nay (thứ Sáu 01-12-2023)")
    assert "Thu nhận +45 → 1.234/2.000" in await bot.say(officer, "30 ạ")
    await bot.check_sums()


async def test_the_question_shows_the_number_of_the_day_before(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "hq 5 4")
    assert await bot.say(officer, "/baocao") == QUESTION
    assert officer.private.last().buttons == [["0", "Bỏ qua"], ["Hôm nay 0", "Báo cho hôm qua", "Huỷ"]]


async def test_a_missing_day_before_is_not_shown_as_zero(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "hq 5 4")
    await bot.say(officer, "hoàn tác")
    assert "Ngày trước đó" not in await bot.say(officer, "/baocao")


async def test_taps_do_what_words_do(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.press(officer, officer.private.last(), "0")
    answer = await bot.press(officer, officer.private.last(), "Bỏ qua")
    assert "Thu nhận +0" in answer
    assert "Kích hoạt chưa báo" in answer


async def test_nothing_today_is_one_tap(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    assert "Kích hoạt +0 → 950/2.000" in await bot.press(officer, officer.private.last(), "Hôm nay 0")


async def test_yesterday_is_one_tap_away(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    assert "ngày (thứ Năm 30-11-2023)" in await bot.press(officer, officer.private.last(), "Báo cho hôm qua")


async def test_another_day_may_be_typed_and_the_answers_so_far_stay(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.say(officer, "45")
    assert "Kích hoạt ngày (thứ Tư 29-11-2023)" in await bot.say(officer, "29/11")
    assert "Thu nhận +45" in await bot.say(officer, "30")


async def test_a_locked_day_is_asked_for_as_a_request(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    assert "Thu nhận ngày (thứ Hai 20-11-2023)" in await bot.say(officer, "20/11")
    assert "đã khoá sổ: số gửi bây giờ là yêu cầu sửa" in officer.private.from_bots()[-2].text


async def test_the_command_may_name_the_day_or_hold_the_line(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert "Thu nhận ngày (thứ Năm 30-11-2023)" in await bot.say(officer, "/baocao hôm qua")
    assert "Thu nhận +45" in await bot.say(officer, "/report 45 30")


async def test_what_is_no_number_is_asked_again(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    answer = await bot.say(officer, "nhiều lắm")
    assert answer.startswith("«nhiều lắm» không phải số liệu của Thu nhận.\nThu nhận hôm nay")


async def test_a_whole_line_in_the_middle_is_the_whole_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.say(officer, "45")
    assert "Thu nhận +46" in await bot.say(officer, "46 31 # gộp")


async def test_one_named_metric_keeps_the_answers_before_it(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    answer = await bot.say(officer, "kh 30")
    assert "Kích hoạt +30" in answer
    assert "Còn thiếu: Thu nhận" in answer


async def test_skipping_all_records_nothing(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.say(officer, "bỏ qua")
    assert await bot.say(officer, "bỏ qua") == "Không có số nào được gửi, chưa ghi nhận gì."


async def test_cancelling_drops_the_draft(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.say(officer, "45")
    assert await bot.say(officer, "huỷ") == "Đã huỷ, chưa ghi nhận gì."
    assert (await bot.say(officer, "/huy")).startswith("Không có gì đang dở để huỷ.")
    assert "chưa có" in await bot.say(officer, "/status")


async def test_O9_cancel_behind_the_last_answer_comes_too_late_and_says_so(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    for text in ("45", "30", "/huy"):
        officer.private.send(text)
    await bot.settle()
    assert "Số đã ghi nhận vẫn giữ nguyên" in officer.private.last().text
    assert "hôm nay +45" in await bot.say(officer, "/status")


async def test_O5_a_button_of_an_answered_question_does_nothing_and_goes_away(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    old = officer.private.last()
    await bot.say(officer, "45")
    await bot.press(officer, old, "0")
    assert (old.text, old.buttons) == ("Câu hỏi này đã xong. Gõ /baocao để báo cáo, /sua để sửa.", [])
    assert "Kích hoạt +30" in await bot.say(officer, "30")


async def test_O5_an_old_nothing_today_never_clears_a_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    old = officer.private.last()
    await bot.say(officer, "/huy")
    await bot.say(officer, "45 30")
    await bot.press(officer, old, "Hôm nay 0")
    assert old.buttons == []
    assert officer.private.last().text.startswith("Phường An Hội đã có báo cáo #5XG8 cho thứ Sáu 01-12-2023")
    assert "hôm nay +45" in await bot.say(officer, "/status")


async def test_editing_an_answer_mends_the_draft(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    first = officer.private.send("45")
    await bot.settle()
    officer.edit(first, "46")
    await bot.settle()
    assert "Thu nhận +46" in await bot.say(officer, "30")


async def test_editing_an_answer_mends_the_finished_report(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.say(officer, "45")
    last = officer.private.send("30")
    await bot.settle()
    officer.edit(last, "31")
    await bot.settle()
    assert "Kích hoạt +31 (trước: 30)" in officer.private.last().text
    assert "Thu nhận +45" in officer.private.last().text


async def test_an_edited_answer_does_not_undo_what_was_said_later(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    first = officer.private.send("45")
    await bot.say(officer, "30")
    await bot.say(officer, "50 35")
    officer.edit(first, "46")
    await bot.settle()
    assert officer.private.last().text.startswith("Số liệu này đã được thay bằng phiếu #LVVR")


async def test_an_answer_that_was_undone_can_be_edited_into_force(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    first = officer.private.send("45")
    await bot.say(officer, "30")
    await bot.say(officer, "hoàn tác")
    officer.edit(first, "46")
    await bot.settle()
    assert "Thu nhận +46 →" in officer.private.last().text


async def test_an_admin_has_nothing_to_cancel(bot: Stage) -> None:
    assert (await bot.say(await bot.admin(), "huỷ")).startswith("Không có gì đang dở để huỷ.")


async def test_an_edit_of_an_answer_that_is_no_number_leaves_it(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    first = officer.private.send("45")
    await bot.settle()
    officer.edit(first, "bốn lăm")
    await bot.settle()
    assert officer.private.last().text == "«bốn lăm» không phải số liệu của Thu nhận, nên số đã gửi giữ nguyên."


async def test_the_draft_survives_a_restart_and_is_offered_again_once(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.say(officer, "/baocao")
            await bot.say(officer, "45")
        offers = []
        for _ in range(2):
            async with perform(ready.server, ready.clock, ready.config) as bot:
                offers.append(officer.private.last().text)
        assert offers[0].startswith("⏸ Báo cáo còn dở, chưa ghi nhận. Mời tiếp tục:\nKích hoạt hôm nay")
        assert len([each for each in officer.private.from_bots() if "còn dở" in each.text]) == 1
        async with perform(ready.server, ready.clock, ready.config) as bot:
            assert "Thu nhận +45" in await bot.say(officer, "30")


async def test_R8_a_draft_whose_day_has_closed_expires_with_one_hint(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(4, 23, 50)) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/baocao")
        bot.clock.set(at(5, 0, 10))
        officer.private.send("45")
        await bot.settle()
        hint, receipt = [each.text for each in officer.private.replies()]
        assert hint.startswith("⌛ Báo cáo dở của thứ Hai 04-12-2023 đã hết hạn, chưa ghi nhận.")
        assert "thứ Ba 05-12-2023" in receipt


async def test_R8_a_closed_draft_is_not_offered_after_a_restart(tmp_path: Path) -> None:
    async with backstage(tmp_path, start=at(4, 23, 50)) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.say(officer, "/baocao")
        ready.clock.set(at(5, 0, 10))
        async with perform(ready.server, ready.clock, ready.config):
            assert "còn dở" not in officer.private.last().text


async def test_an_answer_typed_before_midnight_and_delivered_after_it_still_answers(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(4, 23, 50)) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/baocao")
        bot.clock.set(at(5, 0, 10))
        officer.private.send("45", at=at(4, 23, 55))
        await bot.settle()
        assert "Kích hoạt hôm nay (thứ Hai 04-12-2023)" in officer.private.last().text


async def test_a_draft_of_somebody_who_no_longer_reports_is_over(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "/baocao")
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET role = 'commander'").rowcount)
    assert await bot.say(officer, "45") == "Câu hỏi này đã xong. Gõ /baocao để báo cáo, /sua để sửa."


async def test_on_the_first_day_yesterday_is_not_offered(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(starts=cast.TODAY)]) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/baocao")
        assert officer.private.last().buttons[1] == ["Hôm nay 0", "Huỷ"]


async def test_a_draft_of_a_campaign_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    two = [cast.campaign(), cast.campaign(code="dvc", name="Dịch vụ công", metrics=[{"code": "hs", "name": "Hồ sơ"}])]
    async with backstage(tmp_path, campaigns=two) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
            await bot.say(officer, "/baocao dvc")
        fewer = cast.config(tmp_path, ready.server.base_url)
        async with perform(ready.server, ready.clock, fewer) as bot:
            assert "còn dở" not in officer.private.last().text
            assert "Thu nhận +45" in await bot.say(officer, "45 30")
