"""What is said of a locked day becomes a request: it counts when a commander approves, and everybody is told."""

from pathlib import Path

import pytest

from bot.rehearsal.botapi.people import User
from storage import people
from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage

ASKED = """\
🔒 Đã gửi yêu cầu sửa #D5XG8 · Phường An Hội · thứ Hai 27-11-2023
Thu nhận: chưa báo → 45
Kích hoạt: chưa báo → 30
Ngày này đã khoá sổ nên chưa tính: số chỉ tính khi chỉ huy duyệt, có kết quả bot sẽ báo.
Ghi chú: báo bù
Muốn rút lại thì bấm nút, hoặc gõ /huy D5XG8"""

CARD = """\
✏️ #{ref} Lan xin sửa số · Phường An Hội · thứ Hai 27-11-2023 (đã khoá sổ)
Thu nhận: chưa báo → 45
Kích hoạt: chưa báo → 30
Ghi chú: báo bù
Bấm nút, hoặc gõ /duyet {ref} · /duyet {ref} không và lý do"""


async def played(bot: Stage) -> tuple[User, User, User]:
    """Return an officer and the commanders of her city and of the province; hers is the first request."""
    province, city = await bot.commander("BT", "Anh Ba"), await bot.commander("TP", "Chị Hà")
    await bot.store.write(lambda tx: tx.run("DELETE FROM requests"))
    return await bot.join(AN_HOI, "Lan"), city, province


async def count(bot: Stage, what: str) -> int:
    number = await bot.store.read(lambda tx: tx.value(f"SELECT count(*) FROM {what}"))
    assert isinstance(number, int)
    return number


async def test_a_line_for_a_locked_day_is_asked_of_every_commander_above(bot: Stage) -> None:
    officer, city, province = await played(bot)
    other = await bot.commander("CT")
    await bot.store.write(lambda tx: tx.run("DELETE FROM requests"))
    assert await bot.say(officer, "27/11 45 30 # báo bù") == ASKED
    assert [each.private.last().text for each in (city, province)] == [CARD.format(ref="D5XG8")] * 2
    assert "xin sửa số" not in other.private.last().text
    assert await count(bot, "entries") == 0


async def test_an_approved_correction_counts_in_the_officers_name_and_words(bot: Stage) -> None:
    officer, city, province = await played(bot)
    await bot.say(officer, "27/11 45 30 # báo bù")
    question, card, copy = officer.private.last(), city.private.last(), province.private.last()
    decided = (
        "✅ #D5XG8 Lan · Phường An Hội · thứ Hai 27-11-2023: đã duyệt, Chị Hà\n"
        "Thu nhận: chưa báo → 45\nKích hoạt: chưa báo → 30"
    )
    assert await bot.press(city, card, "Duyệt") == decided
    assert (copy.text, copy.buttons) == (decided, [])
    told = officer.private.last().text
    assert told.startswith("✅ Yêu cầu sửa #D5XG8 đã được Chị Hà duyệt · Phường An Hội · thứ Hai 27-11-2023")
    assert (question.text, question.buttons) == (told, [])
    entry = await bot.store.read(lambda tx: dict(tx.one("SELECT * FROM entries")))
    author = await bot.store.read(lambda tx: people.name(tx, entry["person"]))
    assert (entry["kind"], author, entry["note"], entry["on_time"]) == ("correction", "Lan", "báo bù", 0)
    assert "trong ngày +45" in await bot.say(officer, "/status 27/11")
    await bot.check_sums()


async def test_the_first_decision_stands_and_the_other_commander_is_told_who_decided(bot: Stage) -> None:
    officer, city, province = await played(bot)
    await bot.say(officer, "27/11 45 30")
    city.press(city.private.last(), "Duyệt")
    data = (province.private.last().reply_markup or {})["inline_keyboard"][0][0]["callback_data"]
    await bot.settle()
    province.press_data(province.private.last(), data)
    await bot.settle()
    assert province.private.last().text == (
        "Việc này đã có người quyết định trước đó.\n"
        "✅ #D5XG8 Lan · Phường An Hội · thứ Hai 27-11-2023: đã duyệt, Chị Hà"
    )
    assert "đã duyệt, Chị Hà" in await bot.say(province, "/duyet D5XG8 không nhầm")
    assert await count(bot, "entries") == 1


@pytest.mark.parametrize(
    ("reason", "told"),
    [("Không khớp sổ", "Lý do: Không khớp sổ\n"), ("bỏ qua", "Chị Hà\nSố liệu"), ("không", "Chị Hà\nSố liệu")],
)
async def test_the_reject_button_asks_why_and_the_officer_hears_it(bot: Stage, reason: str, told: str) -> None:
    officer, city, province = await played(bot)
    await bot.say(officer, "27/11 45 30")
    assert (await bot.press(city, city.private.last(), "Từ chối")).startswith("Vì sao không duyệt #D5XG8?")
    assert "đã từ chối, Chị Hà" in await bot.say(city, reason)
    assert officer.private.last().text.startswith("🚫 Yêu cầu sửa #D5XG8 không được duyệt")
    assert told in officer.private.last().text
    assert "đã từ chối, Chị Hà" in province.private.last().text
    assert await count(bot, "entries") == 0


async def test_no_reason_is_given_by_a_button_too(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    await bot.say(officer, "27/11 45 30")
    await bot.press(city, city.private.last(), "Từ chối")
    assert "đã từ chối, Chị Hà" in await bot.press(city, city.private.last(), "Không ghi lý do")
    assert "Lý do" not in officer.private.last().text


async def test_cancelling_the_question_for_a_reason_decides_nothing(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    await bot.say(officer, "27/11 45 30")
    await bot.press(city, city.private.last(), "Từ chối")
    assert (await bot.say(city, "huỷ")).startswith("Chưa quyết định gì với #D5XG8.")
    assert "đã từ chối" in await bot.say(city, "/duyet #d5xg8 không: sai ngày")
    assert "Lý do: sai ngày" in officer.private.last().text


async def test_the_question_for_a_reason_survives_a_restart(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer, city, _ = await played(bot)
            await bot.say(officer, "27/11 45 30")
            await bot.press(city, city.private.last(), "Từ chối")
            said = len(city.private.from_bots())
        async with perform(ready.server, ready.clock, ready.config) as bot:
            assert len(city.private.from_bots()) == said
            assert "Lý do: trùng" in await bot.say(city, "trùng")


async def test_the_officer_withdraws_by_button_or_by_word(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    for ref, way in (("D5XG8", None), ("DLVVR", "/huy dlvvr"), ("D3UBA", "huỷ")):
        await bot.say(officer, "27/11 45 30")
        card = city.private.last()
        if way is None:
            await bot.press(officer, officer.private.last(), "Rút lại yêu cầu")
        else:
            await bot.say(officer, way)
        assert officer.private.last().text == f"↩️ Yêu cầu sửa #{ref} đã được rút lại, số liệu giữ nguyên."
        assert (card.buttons, "đã rút lại, Lan" in card.text) == ([], True)
    assert await bot.say(city, "/duyet") == "Không có yêu cầu nào đang chờ."
    assert "đã rút lại" in await bot.say(officer, "/huy DLVVR")


async def test_asking_again_takes_the_place_of_what_was_asked(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    await bot.say(officer, "27/11 45 30")
    first = city.private.last()
    assert "#DLVVR" in await bot.say(officer, "27/11 46 30")
    assert "đã rút lại" in first.text
    assert await count(bot, "requests WHERE state = 'open'") == 1


async def test_a_colleague_who_asks_later_is_named_to_the_first(bot: Stage) -> None:
    officer, _, _ = await played(bot)
    await bot.say(officer, "27/11 45 30")
    await bot.say(await bot.join(AN_HOI, "Minh"), "27/11 46 30")
    assert officer.private.last().text.endswith("#D5XG8 của bạn đã được thay bằng yêu cầu của Minh cùng đơn vị.")


async def test_what_stands_already_needs_no_request(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "45 30")
        bot.clock.set(at(6, 8))
        assert "không có gì cần sửa" in await bot.say(officer, "1/12 45 30")
        assert await count(bot, "requests") == 0


async def test_an_edit_and_an_undo_of_a_locked_day_are_asked_for_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer, city, _ = await played(bot)
        message = officer.private.send("45 30")
        await bot.settle()
        receipt = officer.private.last()
        bot.clock.set(at(6, 8))
        officer.edit(message, "kh 31")
        await bot.settle()
        assert "Thu nhận: 45 → không có báo cáo\nKích hoạt: 30 → 31" in officer.private.last().text
        await bot.press(city, city.private.last(), "Duyệt")
        assert receipt.text == "Phiếu #5XG8 không còn hiệu lực, xem phiếu #LVVR."
        assert "trong ngày +31" in await bot.say(officer, "/status 1/12")
        assert "Thu nhận: chưa báo → 45\nKích hoạt: 31 → 30" in await bot.say(officer, "hoàn tác")
        assert "xin rút báo cáo" in city.private.last().text
        await bot.press(city, city.private.last(), "Duyệt")
        assert "trong ngày +45" in await bot.say(officer, "/status 1/12")
        await bot.check_sums()


async def test_a_request_to_take_back_what_no_longer_stands_counts_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as bot:
        officer, city, _ = await played(bot)
        await bot.say(officer, "45 30")
        receipt = officer.private.last()
        await bot.say(officer, "tn 501")
        bot.clock.set(at(6, 8))
        await bot.press(officer, receipt, "Hoàn tác")
        await bot.say(city, "/duyet LVVR")
        assert "không còn áp dụng được" in await bot.say(city, "/duyet D5XG8")
        assert "trong ngày +501" in await bot.say(officer, "/status 1/12")


async def test_the_guided_report_of_a_locked_day_ends_in_a_request(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    await bot.say(officer, "/baocao 27/11")
    assert "số gửi bây giờ là yêu cầu sửa" in officer.private.from_bots()[-2].text
    for number in ("45", "30"):
        await bot.say(officer, number)
    assert officer.private.last().text.startswith("🔒 Đã gửi yêu cầu sửa #D5XG8")
    assert "Kích hoạt: chưa báo → 30" in city.private.last().text


async def test_an_edit_does_not_carry_a_report_across_a_lock(bot: Stage) -> None:
    officer, _, _ = await played(bot)
    message = officer.private.send("12 10")
    await bot.settle()
    officer.edit(message, "20/11 12 10")
    await bot.settle()
    assert "Phiếu #5XG8 giữ nguyên cho ngày 01-12-2023." in officer.private.last().text
    assert await count(bot, "requests") == 0
    assert "hôm nay +12" in await bot.say(officer, "/status")


async def test_without_a_commander_the_admins_decide(bot: Stage) -> None:
    admin, officer = await bot.admin(), await bot.join(AN_HOI, "Lan")
    await bot.say(officer, "27/11 45 30")
    assert "Quản trị" in await bot.press(admin, admin.private.last(), "Duyệt")
    assert "đã được Quản trị duyệt" in officer.private.last().text


async def test_AC2_nobody_decides_outside_their_own_units(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    other = await bot.commander("CT")
    ref = (await bot.say(officer, "27/11 45 30")).split("#")[1].split()[0]
    assert "cho bạn duyệt" in await bot.say(other, f"/duyet {ref}")
    assert "không dành cho vai trò của bạn" in await bot.say(officer, f"/duyet {ref}")
    assert await bot.say(await bot.join("TP-02"), f"/huy {ref}") == "Không có yêu cầu sửa nào như vậy của bạn."
    assert await count(bot, "requests WHERE state = 'open'") == 1
    assert city.private.last().buttons == [["Duyệt", "Từ chối"]]


async def test_every_decision_is_in_the_audit_with_old_and_new(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    await bot.say(officer, "27/11 45 30")
    await bot.say(city, "/duyet D5XG8")
    facts = await bot.store.read(lambda tx: tx.value("SELECT facts FROM audit WHERE what = 'correction approved'"))
    for bit in ('"request": "D5XG8"', '"unit": "TP-01"', '["Thu nhận", [], [45]]', '"entry": 1', '"ref": "5XG8"'):
        assert bit in facts


async def test_where_reports_add_up_a_correction_changes_its_officers_part_alone(tmp_path: Path) -> None:
    sums = cast.campaign(policy="sum_of_officers")
    async with stage(tmp_path, campaigns=[sums]) as bot:
        city = await bot.commander("TP", "Chị Hà")
        first, second = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
        for officer in (first, second):
            await bot.say(officer, "10 5")
        bot.clock.set(at(6, 8))
        await bot.say(first, "1/12 20 5")
        await bot.press(city, city.private.last(), "Duyệt")
        assert "trong ngày +30" in await bot.say(city, "/status An Hội 1/12")
        await bot.check_sums()


async def test_all_of_it_is_said_in_english_too(bot: Stage) -> None:
    officer, city, _ = await played(bot)
    for user in (officer, city):
        await bot.say(user, "/ngonngu en")
    assert (await bot.say(officer, "27/11 45 30")).startswith("🔒 Correction asked for: #D5XG8")
    assert "Lan asks to correct · Phường An Hội" in city.private.last().text
    await bot.press(city, city.private.last(), "Approve")
    assert "was approved by Chị Hà" in officer.private.last().text
    assert "Put right: #LVVR (replaces #5XG8)" in await bot.say(city, "/fix An Hội 27/11 46 30 # by phone")
    assert officer.private.last().text.startswith("✏️ Chị Hà has put right Phường An Hội")
    assert "is open again" in await bot.say(city, "/unlock An Hội 27/11 2 h")
    await bot.look()
    assert "you can send and mend its numbers" in officer.private.last().text
    assert "until 10:00" in await bot.say(city, "/unlock")
    assert "is locked again" in await bot.say(city, "/unlock An Hội 27/11 off")
