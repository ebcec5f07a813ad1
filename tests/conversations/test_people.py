"""People below a commander: inviting, the roll, handing over, revoking."""

import re

import pytest

from bot.rehearsal.botapi.people import User
from storage import guesses
from storage.guesses import ALLOWED
from storage.invites import InviteKind
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.conversations.test_joining import NEUTRAL
from tests.stage import Stage

LINK = re.compile(r"https://t\.me/tiendo_bot\?start=([A-Za-z0-9_-]{22})")


def code_in(user: User) -> str:
    """Return the code of the newest message, which is ready to be forwarded."""
    found = LINK.search(user.private.last().text)
    assert found, user.private.last().text
    return found.group(1)


async def come(bot: Stage, code: str, name: str = "Lan") -> User:
    """Let somebody new open a link."""
    user = bot.server.world.add_user(name)
    user.private.send(f"/start {code}")
    await bot.settle()
    return user


async def test_a_commander_invites_an_officer_below_with_a_message_to_forward(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi an hoi")
    notice, message = commander.private.from_bots()[-2:]
    assert notice.text == (
        "🔑 Mã mời cán bộ báo cáo Phường An Hội, cho một người, dùng một lần, đến 08:00 ngày 15-12-2023.\n"
        "Chuyển tiếp tin dưới đây cho đúng người, đừng gửi vào nhóm."
    )
    link = f"https://t.me/tiendo_bot?start={code_in(commander)}"
    assert message.buttons == []
    assert message.text == (
        "📨 Mời đồng chí làm cán bộ báo cáo Phường An Hội.\n"
        f"Mở đường dẫn rồi bấm «Bắt đầu»: {link}\n"
        "Chỉ dành cho đồng chí, dùng một lần, đến 08:00 ngày 15-12-2023."
    )


async def test_who_invited_is_told_who_came_and_puts_the_wrong_one_out_by_a_button(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi TP-01")
    officer = await come(bot, code_in(commander), "Người lạ mặt")
    notice = commander.private.last()
    assert notice.text == (
        "👋 Người lạ mặt đã vào bằng mã mời của bạn: cán bộ báo cáo Phường An Hội.\n"
        "Không phải người này thì bấm nút, hoặc gõ /thuhoi TP-01"
    )
    answer = await bot.press(commander, notice, "Không phải người này")
    assert answer.startswith("✅ Đã thu hồi quyền cán bộ báo cáo Phường An Hội của Người lạ mặt, có hiệu lực ngay.")
    assert officer.private.last().text.startswith("Từ giờ bạn không còn là cán bộ báo cáo Phường An Hội.")
    assert await bot.say(officer, "45 30") == NEUTRAL


async def test_AC7_the_code_is_neither_in_the_file_nor_said_twice(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi an hoi")
    code = code_in(commander)
    kept = "SELECT group_concat(payload) || (SELECT group_concat(hash) FROM invites) FROM outbox"
    assert code not in await bot.store.read(lambda tx: tx.value(kept))
    await come(bot, code)
    told = "SELECT group_concat(facts) FROM audit"
    assert code not in await bot.store.read(lambda tx: tx.value(told))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/moi", "Mời cán bộ: /moi An Hội"),
        ("/moi Giao Long", "Không thấy đơn vị «Giao Long» trong phạm vi của bạn."),
        ("/moi TP", "Thành phố Bến Tre không trực tiếp báo cáo"),
    ],
)
async def test_an_invite_that_cannot_be_is_explained(bot: Stage, said: str, answer: str) -> None:
    commander = await bot.commander("TP")
    assert (await bot.say(commander, said)).startswith(answer)
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM invites WHERE issued_by <> ''")) == 0


async def test_a_name_that_is_not_exact_is_confirmed_by_a_button(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi an hoy chỉ huy")
    await bot.press(commander, commander.private.last(), "Phường An Hội (Thành phố Bến Tre)")
    assert "📨 Mời đồng chí làm chỉ huy Phường An Hội." in commander.private.last().text


async def test_nobody_has_more_than_two_hundred_invites_open(bot: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.inviting.MOST_OPEN", 1)
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi an hoi")
    code = code_in(commander)
    assert (await bot.say(commander, "/moi an hoi")).startswith("Bạn đang có 1 mã mời chưa dùng, là mức tối đa.")
    await come(bot, code)
    await bot.say(commander, "/moi an hoi")
    assert code_in(commander) != code


async def test_AC8_who_invited_a_commander_cannot_let_them_in_alone(bot: Stage) -> None:
    province, city = await bot.commander("BT", "Anh Ba"), await bot.commander("TP", "Anh Tư")
    await bot.say(province, "/moi TP chỉ huy")
    user = await come(bot, code_in(province), "Chị Hà")
    assert "Chị Hà đã mở mã mời chỉ huy Thành phố Bến Tre của bạn, đang chờ" in province.private.last().text
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    assert (await bot.say(province, f"/duyet {ref}")).startswith(f"Không có yêu cầu «{ref}»")
    await bot.say(city, f"/duyet {ref}")
    assert user.private.last().text.startswith("✅ Bạn đã là chỉ huy của Thành phố Bến Tre.")


async def test_AC8_but_an_admin_may(bot: Stage) -> None:
    admin = await bot.admin()
    await bot.say(admin, "/moi TP chỉ huy")
    user = await come(bot, code_in(admin), "Chị Hà")
    await bot.say(admin, "/duyet " + await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests")))
    assert user.private.last().text.startswith("✅ Bạn đã là chỉ huy của Thành phố Bến Tre.")


async def test_a_wrong_would_be_commander_is_kept_out_by_who_invited_them(bot: Stage) -> None:
    province = await bot.commander("BT", "Anh Ba")
    await bot.say(province, "/moi TP chỉ huy")
    user = await come(bot, code_in(province), "Người lạ mặt")
    await bot.press(province, province.private.last(), "Không phải người này")
    assert user.private.last().text == "🚫 Yêu cầu làm chỉ huy của Thành phố Bến Tre không được duyệt."
    states = await bot.store.read(lambda tx: [row[0] for row in tx.all("SELECT state FROM requests ORDER BY id")])
    assert states == ["approved", "rejected"]


async def test_the_roll_names_first_what_has_nobody_and_then_everybody_by_unit(bot: Stage) -> None:
    commander, lan = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    minh = await bot.join(AN_HOI, "Minh")
    await bot.say(lan, "45 30")
    await bot.say(lan, "/nghi 3 ngày")
    minh.private.block(blocked=True)
    await bot.settle()
    assert await bot.say(commander, "/nguoi") == (
        "👥 Thành phố Bến Tre: 3 người, 1 mất liên lạc\n"
        "📭 Chưa có cán bộ: 2/3 đơn vị\n"
        "Phường Phú Khương, Xã Sơn Đông\n"
        "Thành phố Bến Tre\n"
        "• Chị Hà, chỉ huy từ 01-12-2023\n"
        "Phường An Hội\n"
        "• Lan, cán bộ báo cáo từ 01-12-2023 · báo cáo gần nhất cho 01-12-2023 · 🌿 nghỉ\n"
        "• Minh, cán bộ báo cáo từ 01-12-2023 · chưa báo cáo lần nào · 📵 mất liên lạc"
    )
    assert await bot.say(commander, "/nguoi mất liên lạc") == (
        "👥 Thành phố Bến Tre: 3 người, 1 mất liên lạc\n"
        "Mất liên lạc (đã chặn bot hoặc xoá tài khoản):\n"
        "Phường An Hội\n"
        "• Minh, cán bộ báo cáo từ 01-12-2023 · chưa báo cáo lần nào · 📵 mất liên lạc"
    )


async def test_the_roll_comes_in_pages_and_shows_no_account(bot: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.roll.ON_A_PAGE", 2)
    commander = await bot.commander("BT", "Chị Hà")
    officers = [await bot.join(unit, f"Cán bộ {unit}") for unit in (AN_HOI, PHU_KHUONG, GIAO_LONG)]
    first = await bot.say(commander, "/nguoi Bến Tre")
    assert "và 0 đơn vị khác" not in first
    assert "Trang 1/2 · tiếp: /nguoi BT trang 2" in first
    second = await bot.press(commander, commander.private.last(), "Tiếp")
    assert [f"Cán bộ {unit}" in second for unit in (AN_HOI, PHU_KHUONG, GIAO_LONG)] == [False, True, True]
    assert await bot.say(commander, "/nguoi BT trang 2") == second
    assert not [officer for officer in officers if str(officer.id) in first + second]
    assert "Xã Sơn Đông, Thị trấn Châu Thành" in await bot.say(commander, "/nguoi chưa có")


async def test_nobody_sees_people_elsewhere(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.join(GIAO_LONG, "Người xã Giao Long")
    assert "Giao Long" not in await bot.say(commander, "/nguoi")
    assert (await bot.say(commander, "/nguoi Giao Long")).startswith("Không thấy đơn vị «Giao Long»")


async def test_a_post_goes_to_the_successor_when_they_open_the_link_and_not_before(bot: Stage) -> None:
    commander, lan = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    await bot.say(lan, "45 30")
    await bot.say(commander, "/thay an hoi")
    assert commander.private.from_bots()[-2].text.startswith("🔁 Bàn giao Phường An Hội (cán bộ báo cáo, đang là Lan).")
    code = code_in(commander)
    assert "46" in await bot.say(lan, "46 30")
    minh = await come(bot, code, "Minh")
    assert lan.private.last().text.startswith("🔁 Minh đã nhận việc cán bộ báo cáo Phường An Hội thay bạn.")
    assert minh.private.last().text.startswith("🔁 Bạn nhận việc cán bộ báo cáo Phường An Hội thay Lan.")
    assert commander.private.last().text.startswith("🔁 Phường An Hội đổi cán bộ báo cáo: Lan → Minh.")
    assert await bot.say(lan, "47 30") == NEUTRAL
    assert "+47" in await bot.say(minh, "47 30")
    await bot.check_sums()


async def test_an_officer_hands_over_the_own_post_and_the_commander_hears_of_it(bot: Stage) -> None:
    commander, lan = await bot.commander("BT", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    await bot.say(lan, "/thay")
    assert lan.private.from_bots()[-2].text.startswith("🔁 Bàn giao Phường An Hội (cán bộ báo cáo).")
    minh = await come(bot, code_in(lan), "Minh")
    notice = commander.private.last()
    assert notice.text.startswith("🔁 Phường An Hội đổi cán bộ báo cáo: Lan → Minh.")
    await bot.press(commander, notice, "Không phải người này")
    assert [await bot.say(user, "45 30") for user in (lan, minh)] == [NEUTRAL, NEUTRAL]


async def test_a_newer_handover_takes_the_place_of_the_older(bot: Stage) -> None:
    lan = await bot.join(AN_HOI, "Lan")
    await bot.say(lan, "/thay")
    older = code_in(lan)
    await bot.say(lan, "/thay")
    late = await come(bot, older, "Muộn")
    assert late.private.last().text.startswith("Mã mời đã hết hạn.")
    assert await bot.say(lan, f"/start {code_in(lan)}") == (
        "Bạn đã là cán bộ báo cáo của Phường An Hội. Mã mời vẫn còn nguyên."
    )


async def test_of_several_people_the_one_who_leaves_is_chosen(bot: Stage) -> None:
    commander = await bot.commander("TP")
    lan, minh = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh <b>")
    answer = await bot.say(commander, "/thay an hoi")
    ref = re.findall(r"/thay (P\w+)", answer)[1]
    await bot.press(commander, commander.private.last(), "Minh <b> (cán bộ)")
    await bot.say(commander, f"/thay {ref}")
    await come(bot, code_in(commander), "Hoa")
    assert "Đã ghi nhận #" in await bot.say(lan, "45 30")
    assert await bot.say(minh, "45 30") == NEUTRAL


async def test_a_commander_hands_over_when_the_successor_is_approved_by_somebody_else(bot: Stage) -> None:
    admin, city = await bot.admin(), await bot.commander("TP", "Chị Hà")
    await bot.say(city, "/thay TP")
    user = await come(bot, code_in(city), "Anh Tư")
    assert "Thành phố Bến Tre" in await bot.say(city, "/status")
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    assert (await bot.say(city, f"/duyet {ref}")).startswith("Không có yêu cầu")
    await bot.say(admin, f"/duyet {ref}")
    assert city.private.last().text.startswith("🔁 Anh Tư đã nhận việc chỉ huy Thành phố Bến Tre thay bạn.")
    assert await bot.say(city, "/status") == NEUTRAL
    assert "Thành phố Bến Tre" in await bot.say(user, "/status")


async def test_AC13_revoking_asks_first_and_then_holds_from_the_next_message_and_press_on(bot: Stage) -> None:
    commander, lan = await bot.commander("TP"), await bot.join(AN_HOI, "Lan")
    await bot.say(lan, "45 30")
    receipt = lan.private.last()
    question = await bot.say(commander, "/thuhoi an hoi")
    assert question.startswith("Thu hồi quyền cán bộ báo cáo Phường An Hội của Lan?")
    await bot.say(lan, "/baocao")
    answer = await bot.press(commander, commander.private.last(), "Thu hồi")
    assert "mời lại: /moi TP-01" in answer
    assert lan.private.last().text.startswith("Từ giờ bạn không còn là cán bộ báo cáo Phường An Hội.")
    press = lan.press(receipt, "Hoàn tác")
    await bot.settle()
    assert press.text == "Nút này đã hết hạn."
    assert await bot.say(lan, "47 30") == NEUTRAL
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM dialogues")) == 0


async def test_AC13_the_invites_of_somebody_who_was_revoked_open_nothing(bot: Stage) -> None:
    province, city = await bot.commander("BT"), await bot.commander("TP", "Chị Hà")
    await bot.say(city, "/moi an hoi")
    code = code_in(city)
    ref = re.findall(r"P[2-9A-Z]{4,}", await bot.say(province, "/thuhoi TP"))[0]
    assert (await bot.say(province, f"/thuhoi {ref} đồng ý")).startswith("✅ Đã thu hồi quyền chỉ huy")
    assert (await come(bot, code)).private.last().text.startswith("Mã mời đã hết hạn.")


@pytest.mark.parametrize("who", ["TP", "BT"])
async def test_AC2_nobody_revokes_themselves_or_a_commander_who_is_not_below(bot: Stage, who: str) -> None:
    user = await bot.commander(who)
    await bot.commander("BT", "Cấp trên")
    answers = [await bot.say(user, f"/thuhoi {unit}") for unit in ("TP", "BT")]
    assert not [answer for answer in answers if answer.startswith("Thu hồi quyền")]
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM roles WHERE until IS NOT NULL")) == 0


async def test_AC2_a_short_name_from_elsewhere_opens_nothing(bot: Stage) -> None:
    admin, city = await bot.admin(), await bot.commander("TP")
    await bot.join(GIAO_LONG, "Lan")
    ref = re.findall(r"P[2-9A-Z]{4,}", await bot.say(admin, "/thuhoi Giao Long"))[0]
    for said in (f"/thuhoi {ref} đồng ý", f"/thay {ref}"):
        assert (await bot.say(city, said)).startswith(f"Không có ai mang mã «{ref}» trong phạm vi của bạn.")


async def test_what_ended_meanwhile_is_not_ended_again(bot: Stage) -> None:
    commander = await bot.commander("TP")
    await bot.say(commander, "/moi an hoi")
    await come(bot, code_in(commander), "Lan")
    notice = commander.private.last()
    await bot.say(commander, "/thuhoi an hoi")
    question = commander.private.last()
    await bot.press(commander, question, "Thu hồi")
    assert await bot.press(commander, notice, "Không phải người này") == "Người này không còn giữ việc đó."
    assert (await bot.say(commander, "/thuhoi an hoi")).startswith("Phường An Hội không có ai để thay hoặc thu hồi.")


async def test_AC6_wrong_codes_of_many_accounts_shut_the_door_for_strangers_and_tell_the_admin_once(bot: Stage) -> None:
    admin, officer = await bot.admin(), await bot.join(AN_HOI)
    code, other = await bot.code(AN_HOI), await bot.code(AN_HOI, InviteKind.GROUP)
    now = int(bot.clock.now().timestamp())
    for _ in range(ALLOWED - 1):
        await bot.store.write(lambda tx: guesses.note(tx, now))
    for number in range(3):
        await bot.say(bot.server.world.add_user(f"Kẻ {number}"), "/start sai")
    assert [each.text.startswith("⚠️ Đã có 100 mã mời sai") for each in admin.private.from_bots()].count(True) == 1
    user = bot.server.world.add_user("Người mới")
    assert await bot.say(user, f"/start {code}") == NEUTRAL
    assert (await bot.say(officer, f"/start {other}")).startswith("Mã này dùng để gắn nhóm")
    bot.clock.advance(guesses.WINDOW_S)
    assert "Chào mừng" in await bot.say(user, f"/start {code}")


async def test_V7_a_person_sees_what_is_kept_and_an_admin_erases_it_on_their_wish(bot: Stage) -> None:
    admin, commander, lan = await bot.admin(), await bot.commander("TP"), await bot.join(AN_HOI, "Nguyễn Thị Lan")
    await bot.say(lan, "45 30")
    await bot.say(lan, "/toi")
    assert "Số lần nhập số liệu: 1, từ 01-12-2023" in await bot.press(lan, lan.private.last(), "Dữ liệu của tôi")
    await bot.press(lan, lan.private.last(), "Xoá dữ liệu")
    assert "Nguyễn Thị Lan (Phường An Hội) xin xoá" in commander.private.last().text
    wanted = admin.private.last()
    assert wanted.text.startswith("🗂 Nguyễn Thị Lan xin xoá dữ liệu cá nhân")
    await bot.press(admin, wanted, "Xoá dữ liệu")
    assert "Cán bộ #2" in wanted.text
    assert await bot.say(lan, "46 30") == NEUTRAL
    kept = "SELECT group_concat(name) || (SELECT group_concat(payload) FROM outbox) FROM people"
    assert "Nguyễn Thị Lan" not in await bot.store.read(lambda tx: tx.value(kept))
    assert "1.234" in await bot.say(commander, "/status an hoi")
    await bot.check_sums()


async def test_V7_a_wish_may_be_refused_and_a_copy_is_the_admins_to_send(bot: Stage) -> None:
    admin, lan = await bot.admin(), await bot.join(AN_HOI, "Lan")
    assert (await bot.say(lan, "/toi bản sao")).startswith("✅ Đã chuyển quản trị")
    assert "tiendo people export --person 1 --out 1.json" in admin.private.last().text
    await bot.say(lan, "/toi xoá")
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests"))
    assert await bot.say(admin, f"/duyet {ref} không") == f"🚫 Đã từ chối yêu cầu xoá #{ref}."
    assert lan.private.last().text.startswith(f"🚫 Yêu cầu xoá dữ liệu #{ref} của bạn không được duyệt.")
    assert "Đã ghi nhận #" in await bot.say(lan, "45 30")


@pytest.mark.parametrize("said", ["/toi dữ liệu", "/toi xoá", "/toi bản sao"])
async def test_of_an_admin_without_a_post_nothing_is_kept(bot: Stage, said: str) -> None:
    assert await bot.say(await bot.admin(), said) == "Bot không giữ dữ liệu nào về bạn ngoài số tài khoản."


async def test_V7_only_an_admin_decides_about_an_erasure(bot: Stage) -> None:
    commander, lan = await bot.commander("BT"), await bot.join(AN_HOI, "Lan")
    await bot.say(lan, "/toi xoá")
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    assert (await bot.say(commander, f"/duyet {ref}")).startswith(f"Không có yêu cầu «{ref}»")


async def test_all_of_it_is_said_in_english_too(bot: Stage) -> None:
    admin, commander = await bot.admin(), await bot.commander("TP", "Hà")
    lan = await bot.join(AN_HOI, "Lan")
    for user in (admin, commander, lan):
        await bot.say(user, "/lang en")
    assert "Without an officer: 2/3 units" in await bot.say(commander, "/people")
    await bot.say(commander, "/invite TP-01")
    assert "You are invited to be officer of Phường An Hội." in commander.private.last().text
    await come(bot, code_in(commander), "Minh")
    assert "Minh came in by your invite" in commander.private.last().text
    assert "Who at Phường An Hội?" in await bot.say(commander, "/revoke TP-01")
    await bot.press(commander, commander.private.last(), "Minh (officer)")
    assert "Revoked: Minh, officer of Phường An Hội" in await bot.press(commander, commander.private.last(), "Revoke")
    await bot.say(lan, "/handover")
    assert "taking over from Lan." in lan.private.last().text
    await bot.say(lan, "/me erase")
    assert "wants their personal data erased" in admin.private.last().text
    assert "Entries: 0" in await bot.say(lan, "/me data")
