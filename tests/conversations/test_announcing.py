"""/thongbao: seen before it is sent, sent once, and followed until nobody waits."""

import re
from pathlib import Path

from bot.rehearsal.botapi.people import User
from storage import audit
from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, stage

ANNOUNCED = "📢 Thông báo\n\nHọp lúc 8 giờ.\n\nHà · Thành phố Bến Tre"


async def people(bot: Stage) -> tuple[User, User, User]:
    """Let in two officers of the city and its commander Hà; and somebody of the other district."""
    lan, minh = await bot.join(AN_HOI, "Lan"), await bot.join("TP-02", "Minh")
    await bot.join("CT-01", "Tú")
    return lan, minh, await bot.commander("TP", "Hà")


def announced(user: User) -> list[str]:
    return [each.text for each in user.private.from_bots() if each.text.startswith("📢")]


def ref(text: str) -> str:
    found = re.search(r"#(T\w+)", text)
    assert found, text
    return found[1]


async def test_the_preview_shows_the_text_as_it_will_be_read_and_by_how_many(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    shown = await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
    assert announced(commander) == [ANNOUNCED]
    assert "chưa gửi\nGửi cho: 2 người thuộc Thành phố Bến Tre\n" in shown
    assert announced(lan) == []


async def test_it_goes_to_everybody_below_once_and_to_nobody_else(bot: Stage) -> None:
    lan, minh, commander = await people(bot)
    await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
    preview = commander.private.last()
    await bot.press(commander, preview, "Gửi")
    assert announced(lan) == announced(minh) == [ANNOUNCED]
    assert [announced(each) for each in bot.server.world.users.values() if each.first_name == "Tú"] == [[]]
    number = ref(preview.text)
    assert await bot.say(commander, f"/thongbao gửi {number}") == (
        f"Thông báo #{number} đã gửi, không đổi được nữa. Cần thì gửi thông báo mới."
    )
    assert announced(lan) == [ANNOUNCED]


async def test_what_is_typed_does_the_same_as_the_buttons(bot: Stage) -> None:
    lan, minh, commander = await people(bot)
    first, second = [ref(await bot.say(commander, f"/thongbao Tin {n}")) for n in range(2)]
    assert await bot.say(commander, f"/thongbao huỷ {first}") == f"🗑 Đã huỷ thông báo #{first}, không gửi cho ai."
    assert "đã huỷ" in await bot.say(commander, f"/thongbao gửi #{first}")
    await bot.say(commander, f"/thongbao cho An Hội {second}")
    await bot.say(commander, f"/thongbao GUI {second.lower()}")
    assert announced(lan) == ["📢 Thông báo\n\nTin 1\n\nHà · Thành phố Bến Tre"]
    assert announced(minh) == []


async def test_a_text_that_begins_like_an_order_is_announced_all_the_same(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    await bot.say(commander, "/thongbao gửi báo cáo trước 17 giờ")
    await bot.press(commander, commander.private.last(), "Gửi")
    assert "gửi báo cáo trước 17 giờ" in announced(lan)[0]


async def test_editing_the_message_renews_the_preview_and_an_old_button_sends_nothing(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    message = commander.private.send("/thongbao Họp lúc 8 giờ.")
    await bot.settle()
    old = commander.private.last()
    button = (old.reply_markup or {})["inline_keyboard"][0][0]["callback_data"]
    commander.private.edit(message, "/thongbao Họp lúc 9 giờ.")
    await bot.settle()
    assert "9 giờ" in announced(commander)[-1]
    commander.press_data(old, button)
    await bot.settle()
    assert announced(lan) == []
    newest = [each for each in commander.private.from_bots() if each.text.startswith("👆")][-1]
    await bot.press(commander, newest, "Gửi")
    assert "9 giờ" in announced(lan)[0]


async def test_the_report_is_brought_up_to_date_and_the_last_word_names_who_was_not_reached(bot: Stage) -> None:
    lan, minh, commander = await people(bot)
    minh.block_bot()
    await bot.settle()
    shown = await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
    assert "2 người thuộc Thành phố Bến Tre (1 người hiện không liên lạc được)" in shown
    preview = commander.private.last()
    assert "Đang gửi" in await bot.press(commander, preview, "Gửi")
    await bot.look()
    await bot.settle()
    number = ref(preview.text)
    assert preview.text == f"📬 Đã gửi thông báo #{number}\nNgười: 1/2 đã nhận, 1 không gửi được"
    assert commander.private.last().text == (
        f"📬 Thông báo #{number} đã gửi xong\n"
        "Người: 1/2 đã nhận, 1 không gửi được\n"
        "Đơn vị chưa ai nhận được: Phường Phú Khương, Xã Sơn Đông"
    )
    said = len(commander.private.from_bots())
    await bot.look()
    await bot.settle()
    assert len(commander.private.from_bots()) == said
    assert f"#{number} · 08:00 01-12-2023 · 1/2 đã nhận" in await bot.say(commander, "/thongbao")
    assert len(announced(lan)) == 1


async def test_groups_below_hear_it_when_their_commander_wants(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    group = await bot.group("TP", commander, lan)
    other = await bot.group("CT", await bot.commander("CT", "Khác"))
    shown = await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
    assert "nhóm\n" not in shown
    preview = commander.private.last()
    await bot.press(commander, preview, "Gửi cả nhóm")
    assert "2 người thuộc Thành phố Bến Tre và 1 nhóm" in preview.text
    await bot.press(commander, preview, "Gửi")
    assert group.from_bots()[-1].text == ANNOUNCED
    assert ANNOUNCED not in [each.text for each in other.from_bots()]


async def test_in_quiet_hours_it_waits_for_their_end_unless_it_is_sent_at_once(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    bot.clock.set(at(1, 22))
    await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
    held = await bot.press(commander, commander.private.last(), "Gửi lúc 06:30")
    assert "sẽ gửi lúc 06:30 02-12-2023" in held
    await bot.say(commander, "/thongbao Có cháy.")
    await bot.press(commander, commander.private.last(), "Gửi ngay")
    await bot.look()
    await bot.settle()
    assert [text.splitlines()[2] for text in announced(lan)] == ["Có cháy."]
    bot.clock.set(at(2, 6, 31))
    await bot.look()
    await bot.settle()
    assert [text.splitlines()[2] for text in announced(lan)] == ["Có cháy.", "Họp lúc 8 giờ."]


async def test_AC3_what_is_held_is_not_sent_for_somebody_who_was_dismissed_meanwhile(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    bot.clock.set(at(1, 22))
    await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
    await bot.press(commander, commander.private.last(), "Gửi lúc 06:30")
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET until = 1 WHERE role = 'commander'").rowcount)
    bot.clock.set(at(2, 7))
    await bot.look()
    await bot.settle()
    assert announced(lan) == []


async def test_H3_its_text_is_plain_and_keeps_its_lines(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    await bot.say(commander, "/thongbao <b>Đợt 2</b> & 3\n\n\n\nnhóm @admin\u202e")
    await bot.press(commander, commander.private.last(), "Gửi")
    assert announced(lan)[0].split("\n\n")[1:3] == ["<b>Đợt 2</b> & 3", "nhóm @admin"]


async def test_a_text_that_is_too_long_is_not_previewed(bot: Stage) -> None:
    _, _, commander = await people(bot)
    assert (await bot.say(commander, f"/thongbao {'a' * 3001}")).startswith("Thông báo dài 3.001 ký tự")
    assert announced(commander) == []


async def test_ten_a_day_are_enough(bot: Stage) -> None:
    _, _, commander = await people(bot)
    for number in range(11):
        last = await bot.say(commander, f"/thongbao gửi {ref(await bot.say(commander, f'/thongbao Tin {number}'))}")
    assert last.startswith("Hôm nay bạn đã gửi 10 thông báo")
    bot.clock.set(at(2, 9))
    assert "Đang gửi" in await bot.say(commander, f"/thongbao gửi {ref(await bot.say(commander, '/thongbao Tin'))}")


async def test_AC2_nobody_sends_the_draft_of_somebody_else(bot: Stage) -> None:
    lan, _, commander = await people(bot)
    other = await bot.commander("BT", "Trên")
    number = ref(await bot.say(commander, "/thongbao Họp lúc 8 giờ."))
    await bot.say(other, f"/thongbao gửi {number}")
    assert announced(lan) == []


async def test_an_admin_without_a_post_announces_to_the_whole_campaign(bot: Stage) -> None:
    lan, _, _ = await people(bot)
    admin = bot.server.world.users[cast.ADMIN]
    await bot.say(admin, "/thongbao Bảo trì tối nay.")
    await bot.press(admin, admin.private.last(), "Gửi")
    assert announced(lan) == ["📢 Thông báo\n\nBảo trì tối nay.\n\nQuản trị · Bến Tre"]
    lines = await bot.store.read(lambda tx: audit.since(tx, 0))
    assert lines[-1].what == "announcement sent"
    assert lines[-1].facts["people"] == 4


async def test_a_commander_of_two_units_chooses_which_one_hears_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        lan, _, commander = await people(bot)
        again = (
            "INSERT INTO roles (person, unit, role, since) SELECT person, (SELECT id FROM units WHERE code = 'CT'),"
            " role, since FROM roles WHERE role = 'commander'"
        )
        await bot.store.write(lambda tx: tx.run(again).rowcount)
        await bot.say(commander, "/thongbao Họp lúc 8 giờ.")
        preview = commander.private.last()
        await bot.press(commander, preview, "Huyện Châu Thành")
        assert "1 người thuộc Huyện Châu Thành" in preview.text
        await bot.press(commander, preview, "Gửi")
        assert announced(lan) == []
