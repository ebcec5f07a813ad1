"""In groups the bot speaks only when spoken to, and only for the unit that the group belongs to."""

from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.people import User
from storage.invites import InviteKind
from tests.cast import AN_HOI, GIAO_LONG
from tests.stage import Stage

OUT_OF_SCOPE = "Đơn vị này không thuộc phạm vi của bạn."


async def heard(bot: Stage, group: Group, user: User, text: str) -> list[str]:
    before = len(group.from_bots())
    group.say(user, text)
    await bot.settle()
    return [each.text for each in group.from_bots()[before:]]


async def test_a_code_binds_the_group_to_its_unit(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = await bot.group("TP", commander)
    assert group.last().text == (
        "✅ Nhóm này thuộc Thành phố Bến Tre. Gõ /status@tiendo_bot để xem tiến độ bất cứ lúc nào."
    )
    assert "Thành phố Bến Tre" in (await heard(bot, group, commander, "/status@tiendo_bot"))[0]


async def test_binding_takes_a_code_that_is_right_and_unused(bot: Stage) -> None:
    commander, code = await bot.commander("TP"), await bot.code("TP", InviteKind.GROUP)
    group = bot.server.world.add_group("Nhóm", [commander])
    assert "kèm mã của đơn vị" in (await heard(bot, group, commander, "/gan@tiendo_bot"))[0]
    assert (await heard(bot, group, commander, "/gan sai"))[0].startswith("Mã gắn nhóm không đúng.")
    assert (await heard(bot, group, commander, "/gan \ud83d\ude00"))[0].startswith("Mã gắn nhóm không đúng.")
    assert (await heard(bot, group, commander, f"/gan {await bot.code('TP')}"))[0].startswith("Mã gắn nhóm không đúng.")
    await heard(bot, group, commander, f"/gan {code}")
    assert (await heard(bot, group, commander, f"/gan {code}"))[0].startswith("Mã gắn nhóm đã được dùng.")


async def test_binding_takes_a_commander_of_that_unit(bot: Stage) -> None:
    commander, code = await bot.commander("CT"), await bot.code("TP", InviteKind.GROUP)
    group = bot.server.world.add_group("Nhóm", [commander])
    assert await heard(bot, group, commander, f"/gan@tiendo_bot {code}") == [OUT_OF_SCOPE]


async def test_a_group_cannot_be_taken_from_the_unit_that_it_belongs_to(bot: Stage) -> None:
    city, district = await bot.commander("TP", "Ba"), await bot.commander("CT", "Tư")
    group = await bot.group("TP", city, district)
    code = await bot.code("CT", InviteKind.GROUP)
    assert await heard(bot, group, district, f"/gan {code}") == [OUT_OF_SCOPE]
    assert (await heard(bot, group, district, "/bo"))[0].startswith("Nhóm này thuộc đơn vị khác")


async def test_a_commander_below_does_not_unbind_the_group_of_the_unit_above(bot: Stage) -> None:
    province, city = await bot.commander("BT", "Ba"), await bot.commander("TP", "Tư")
    group = await bot.group("BT", province, city)
    assert await heard(bot, group, city, "/bo") == [OUT_OF_SCOPE]
    assert await heard(bot, group, province, "/bo") == ["Nhóm này không còn gắn với đơn vị nào."]
    assert (await heard(bot, group, province, "/status"))[0].startswith("Nhóm này chưa gắn với đơn vị nào.")


async def test_a_report_by_command_is_answered_as_a_reply(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    assert "Thu nhận +45 → 1.234/2.000" in (await heard(bot, group, officer, "/bc@tiendo_bot 45 30"))[0]
    assert group.last().reply_to is group.transcript()[-2]


async def test_a_report_in_reply_to_the_bot_counts_and_other_talk_is_passed_over(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    board = group.last()
    group.say(officer, "45 30", reply_to=board)
    await bot.settle()
    assert "Thu nhận +45" in group.last().text
    for talk in ("chào cả nhà", "ok", "cảm ơn"):
        group.say(officer, talk, reply_to=board)
        await bot.settle()
        assert group.last().text == talk


async def test_a_reply_of_somebody_who_reports_for_nobody_is_passed_over(bot: Stage) -> None:
    commander, stranger = await bot.commander("TP"), bot.server.world.add_user("Người lạ")
    group = await bot.group("TP", commander, stranger)
    board = group.last()
    for user in (commander, stranger):
        group.say(user, "45 30", reply_to=board)
        await bot.settle()
        assert group.last().text == "45 30"


async def test_a_reply_that_is_edited_mends_its_report(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    message = group.say(officer, "45 30", reply_to=group.last())
    await bot.settle()
    officer.edit(message, "46 30")
    await bot.settle()
    assert "Thu nhận +46 (trước: 45)" in group.last().text


async def test_a_broken_report_in_a_group_shows_what_to_type_there(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    assert (await heard(bot, group, officer, "/bc@tiendo_bot"))[0].endswith("Gửi lại, ví dụ: /bc 45 30")


async def test_privacy_mode_keeps_what_is_said_among_people_from_the_bot(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    assert await heard(bot, group, officer, "45 30") == []


async def test_without_privacy_mode_the_bot_still_keeps_out_of_the_talk(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    group.set_status(bot.server.bot, "administrator")
    for talk in ("45 30", "/khongco", "đúng"):
        assert await heard(bot, group, officer, talk) == []
    group.say_media(officer, "photo", caption="/status")
    await bot.settle()
    assert group.last().text == "/status"


async def test_H8_only_commands_for_this_bot_are_obeyed(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = await bot.group("TP", commander)
    group.set_status(bot.server.bot, "administrator")
    assert await heard(bot, group, commander, "/status@otherbot") == []
    assert len(await heard(bot, group, commander, "/STATUS@TienDo_Bot an hoi")) == 1
    assert await bot.say(commander, "/status@otherbot") == ""


async def test_the_answer_stays_in_its_topic(bot: Stage) -> None:
    commander, code = await bot.commander("TP"), await bot.code("TP", InviteKind.GROUP)
    group = bot.server.world.add_group("Nhóm", [commander])
    topic = group.add_topic(commander, "Báo cáo")
    group.say(commander, f"/gan@tiendo_bot {code}", topic=topic)
    await bot.settle()
    assert (group.last().thread, group.last().in_topic) == (topic.id, True)
    assert await bot.store.read(lambda tx: tx.value("SELECT thread FROM chats WHERE unit IS NOT NULL")) == topic.id


async def test_AC9_an_unbound_group_gets_no_figure(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = bot.server.world.add_group("Nhóm", [commander])
    assert await heard(bot, group, commander, "/status@tiendo_bot") == [
        "Nhóm này chưa gắn với đơn vị nào. Chỉ huy gõ /gan kèm mã để gắn."
    ]


async def test_AC9_being_added_to_a_group_says_nothing(bot: Stage) -> None:
    stranger = bot.server.world.add_user("Người lạ")
    group = bot.server.world.add_group("Nhóm lạ", [stranger])
    await bot.settle()
    assert group.from_bots() == []


async def test_AC10_a_group_never_shows_what_lies_outside_its_unit(bot: Stage) -> None:
    province = await bot.commander("BT")
    group = await bot.group("TP", province)
    assert (await heard(bot, group, province, "/status@tiendo_bot Giao Long"))[0].startswith("Không thấy đơn vị")
    assert "Xã Giao Long" in await bot.say(province, "/status Giao Long")


async def test_an_officer_in_the_group_sees_the_groups_unit_but_not_the_neighbour(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    assert "Thành phố Bến Tre" in (await heard(bot, group, officer, "/status@tiendo_bot"))[0]
    assert (await heard(bot, group, officer, "/status@tiendo_bot Phú Khương"))[0].startswith("Không thấy đơn vị")


async def test_AC11_an_anonymous_admin_is_refused_once_a_minute(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = await bot.group("TP", commander)
    for _ in range(3):
        group.say_as_anonymous_admin("/status@tiendo_bot")
        await bot.settle()
    refusals = [each.text for each in group.from_bots()[1:]]
    assert refusals == ["Bot không nhận lệnh từ tài khoản ẩn danh. Hãy tắt chế độ ẩn danh rồi gửi lại."]


async def test_AC11_a_post_of_the_linked_channel_is_nobodys(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = await bot.group("TP", commander)
    channel = bot.server.world.add_channel("Kênh", linked=group)
    channel.post_to_channel("/bc@tiendo_bot 45 30")
    await bot.settle()
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")) == 0


async def test_H7_a_forwarded_command_does_nothing(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    message = group.say(officer, "/bc@tiendo_bot 45 30")
    await bot.settle()
    group.forward(officer, message)
    await bot.settle()
    assert group.last().text == "Tin chuyển tiếp không được tính. Hãy tự gõ số liệu, ví dụ: /bc 45 30"


async def test_the_binding_follows_the_group_when_it_is_upgraded(bot: Stage) -> None:
    commander = await bot.commander("TP")
    group = bot.server.world.add_group("Nhóm", [commander], kind="group")
    await heard(bot, group, commander, f"/gan@tiendo_bot {await bot.code('TP', InviteKind.GROUP)}")
    upgraded = group.upgrade_to_supergroup()
    await bot.settle()
    assert "Thành phố Bến Tre" in (await heard(bot, upgraded, commander, "/status@tiendo_bot"))[0]


async def test_a_private_command_in_a_group_points_to_the_private_chat(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    assert await heard(bot, group, officer, "/toi@tiendo_bot") == ["Lệnh này chỉ dùng trong chat riêng với bot."]
    assert await bot.say(commander, "/gan x") == "Lệnh này chỉ dùng trong nhóm."


async def test_the_help_in_a_group_lists_what_works_there(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    group = await bot.group("TP", commander, officer)
    shown = (await heard(bot, group, officer, "/trogiup@tiendo_bot"))[0]
    assert "/baocao · Báo cáo số liệu" in shown
    assert "/sua" not in shown
    assert "/bo " not in shown


async def test_who_blocked_the_bot_and_writes_again_is_answered(bot: Stage) -> None:
    officer = await bot.join(GIAO_LONG)
    officer.block_bot()
    await bot.settle()
    officer.unblock()
    assert "Đã ghi nhận" in await bot.say(officer, "5 4")
