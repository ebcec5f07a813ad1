"""An invite binds an account to a unit and a role; a commander's waits for somebody who may decide."""

import pytest

from storage.invites import InviteKind
from tests import cast
from tests.cast import AN_HOI
from tests.stage import Stage

NEUTRAL = "Đây là bot nội bộ. Để tham gia, hãy mở đường dẫn mời mà chỉ huy đơn vị gửi cho bạn."

WELCOME = """\
👋 Chào mừng! Bạn là cán bộ báo cáo của Phường An Hội.
• Cao điểm kích hoạt tài khoản định danh điện tử (đến 15-12-2023): Thu nhận, Kích hoạt
Mỗi ngày gửi một dòng, ví dụ: 45 30
Không có gì thì gửi 0. Gõ nhầm thì sửa ngay tin đã gửi.
Có phiếu «Đã ghi nhận» mới là đã ghi."""


async def test_opening_the_link_binds_an_officer(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert officer.private.last().text == WELCOME
    assert await bot.say(officer, "/start") == "Chào Cán bộ, bạn đã tham gia. Gõ /trogiup để xem cách dùng."


async def test_AC4_a_code_works_once_however_many_try_at_once(bot: Stage) -> None:
    code = await bot.code(AN_HOI)
    crowd = [bot.server.world.add_user(f"Người {number}") for number in range(50)]
    for user in crowd:
        user.private.send(f"/start {code}")
    await bot.settle()
    answers = [user.private.last().text for user in crowd]
    assert sum("Chào mừng" in answer for answer in answers) == 1
    assert answers.count("Mã mời đã được dùng. Hãy xin chỉ huy đơn vị mã mới.") == 49


async def test_AC4_a_shared_code_works_as_often_as_it_says(bot: Stage) -> None:
    code = await bot.code(AN_HOI, uses=2)
    users = [bot.server.world.add_user(f"Người {number}") for number in range(3)]
    answers = [await bot.say(user, f"/start {code}") for user in users]
    assert ["Chào mừng" in answer for answer in answers] == [True, True, False]


async def test_AC5_an_expired_code_opens_nothing_and_a_clock_put_back_does_not_revive_it(bot: Stage) -> None:
    code = await bot.code(AN_HOI, days=1)
    issued = bot.clock.now()
    late, early = bot.server.world.add_user("Muộn"), bot.server.world.add_user("Sớm")
    bot.clock.set(issued.replace(day=3))
    assert "đã hết hạn" in await bot.say(late, f"/start {code}")
    bot.clock.set(issued.replace(day=1, hour=0))
    assert "đã hết hạn" in await bot.say(early, f"/start {code}")


@pytest.mark.parametrize("code", ["x" * 65, "mã-mời", "../../etc/passwd", "'; DROP TABLE invites;--", "\ud83d\ude00"])
async def test_H6_a_payload_that_is_no_code_is_refused_and_counted(bot: Stage, code: str) -> None:
    user = bot.server.world.add_user("Người lạ")
    assert await bot.say(user, f"/start {code}") == "Mã mời không đúng. Hãy xin chỉ huy đơn vị mã mới."
    assert await bot.store.read(lambda tx: tx.value("SELECT failures FROM strangers")) == 1


async def test_H6_after_five_wrong_codes_even_a_right_one_waits_an_hour(bot: Stage) -> None:
    user, code = bot.server.world.add_user("Người lạ"), await bot.code(AN_HOI)
    for _ in range(5):
        await bot.say(user, "/start sai")
    assert await bot.say(user, f"/start {code}") == NEUTRAL
    bot.clock.advance(3_601)
    assert "Chào mừng" in await bot.say(user, f"/start {code}")


async def test_a_second_invite_to_the_same_post_is_not_used_up(bot: Stage) -> None:
    officer, code = await bot.join(AN_HOI), await bot.code(AN_HOI)
    assert await bot.say(officer, f"/start {code}") == (
        "Bạn đã là cán bộ báo cáo của Phường An Hội. Mã mời vẫn còn nguyên."
    )
    assert "Chào mừng" in await bot.say(bot.server.world.add_user("Khác"), f"/start {code}")


async def test_AC8_a_code_opened_in_a_group_does_nothing(bot: Stage) -> None:
    user, code = bot.server.world.add_user("Người lạ"), await bot.code(AN_HOI)
    group = bot.server.world.add_group("Nhóm", [user])
    group.say(user, f"/start@tiendo_bot {code}")
    await bot.settle()
    assert group.last().text == NEUTRAL
    assert "Chào mừng" in await bot.say(user, f"/start {code}")


async def test_AC8_a_commander_waits_for_somebody_else_to_decide(bot: Stage) -> None:
    admin = await bot.admin()
    user = await bot.join("TP", "Chị Hà", kind=InviteKind.COMMANDER)
    assert user.private.last().text.startswith("Đã nhận mã mời chỉ huy của Thành phố Bến Tre. Yêu cầu #D")
    assert await bot.say(user, "/status") == NEUTRAL
    request = admin.private.last()
    assert request.text.startswith("🔑 Chị Hà xin làm chỉ huy của Thành phố Bến Tre (#D")
    assert await bot.press(admin, request, "Duyệt") == "✅ Đã duyệt: Chị Hà, chỉ huy Thành phố Bến Tre."
    assert user.private.last().text.startswith("✅ Bạn đã là chỉ huy của Thành phố Bến Tre.")


async def test_AC8_a_rejected_commander_stays_outside(bot: Stage) -> None:
    admin = await bot.admin()
    user = await bot.join("TP", "Chị Hà", kind=InviteKind.COMMANDER)
    await bot.press(admin, admin.private.last(), "Từ chối")
    assert user.private.last().text == "🚫 Yêu cầu làm chỉ huy của Thành phố Bến Tre không được duyệt."
    assert await bot.say(admin, "/duyet") == "Không có yêu cầu nào đang chờ."


async def test_the_first_decision_stands_and_takes_the_buttons_from_the_others(bot: Stage) -> None:
    admin, province = await bot.admin(), await bot.commander("BT", "Anh Ba")
    await bot.join("TP", "Chị Hà", kind=InviteKind.COMMANDER)
    question, other = province.private.last(), admin.private.last()
    await bot.press(province, question, "Duyệt")
    assert (other.text, other.buttons) == ("✅ Đã duyệt: Chị Hà, chỉ huy Thành phố Bến Tre.", [])
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    assert await bot.say(admin, f"/duyet {ref} không") == (
        f"Việc này đã có người quyết định trước đó.\n✅ #{ref} Chị Hà · Thành phố Bến Tre: đã duyệt, Anh Ba"
    )


async def test_an_unclear_decision_decides_nothing(bot: Stage) -> None:
    admin = await bot.admin()
    await bot.join("TP", "Chị Hà", kind=InviteKind.COMMANDER)
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests"))
    assert (await bot.say(admin, f"/duyet {ref} có nên không")).startswith("Đang chờ duyệt: 1 yêu cầu làm chỉ huy")
    assert await bot.store.read(lambda tx: tx.value("SELECT state FROM requests")) == "open"
    assert "Đã từ chối" in await bot.say(admin, f"/duyet #{ref} không")


async def test_AC2_a_commander_decides_only_below_and_never_about_themselves(bot: Stage) -> None:
    await bot.admin()
    neighbour = await bot.commander("CT", "Anh Tư")
    await bot.join("TP", "Chị Hà", kind=InviteKind.COMMANDER)
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    assert await bot.say(neighbour, f"/duyet {ref}") == (
        f"Không có yêu cầu «{ref}» cho bạn duyệt. Gõ /duyet để xem các yêu cầu đang chờ."
    )
    neighbour.private.send(f"/start {await bot.code('BT', InviteKind.COMMANDER)}")
    await bot.settle()
    assert await bot.say(neighbour, "/duyet") == "Không có yêu cầu nào đang chờ."


async def test_a_groups_code_is_no_invite(bot: Stage) -> None:
    user = bot.server.world.add_user("Người lạ")
    answer = await bot.say(user, f"/start {await bot.code('TP', InviteKind.GROUP)}")
    assert answer == "Mã này dùng để gắn nhóm với đơn vị: gõ /gan và mã trong nhóm đó."


async def test_AC12_the_number_alone_is_the_person(bot: Stage) -> None:
    officer = await bot.join(AN_HOI, "Lan")
    officer.first_name, officer.username = "Minh", "somebody_else"
    twin = bot.server.world.add_user("Lan")
    assert "Đã ghi nhận" in await bot.say(officer, "45 30")
    assert await bot.say(twin, "45 30") == NEUTRAL


async def test_AC14_the_first_to_start_is_nobody(bot: Stage) -> None:
    user = bot.server.world.add_user("Người đầu tiên")
    assert await bot.say(user, "/start") == NEUTRAL
    admin = await bot.admin()
    assert admin.id == cast.ADMIN
    assert admin.private.last().text == "Chào đồng chí, bạn đã tham gia. Gõ /trogiup để xem cách dùng."


async def test_H3_a_name_full_of_markup_is_shown_as_it_is(bot: Stage) -> None:
    await bot.join(AN_HOI, "<b>x</b> <3 & _*[]()~ </code> @admin\n✅")
    second = await bot.join(AN_HOI, "Minh")
    first = bot.server.world.users[second.id - 1]
    await bot.say(first, "45 30")
    assert "(thay #5XG8 của <b>x</b> <3 & _*[]()~ </code> @admin ✅)" in await bot.say(second, "50 30")
