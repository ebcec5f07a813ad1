"""`/duyet` is a queue: what waits for a commander, oldest first, decided by buttons or by typed references."""

import pytest

from bot.rehearsal.botapi.people import User
from storage.invites import InviteKind
from tests.cast import AN_HOI, PHU_KHUONG, SON_DONG
from tests.conversations.moments import at
from tests.stage import Stage

QUESTION = """\
Đang chờ duyệt: 1 số liệu cần xác nhận

❓ #5XG8 Lan báo số cần xác nhận · Phường An Hội · thứ Sáu 01-12-2023
Thu nhận: chưa báo → 501
Kích hoạt: chưa báo → 30
Thu nhận 501: cao hơn mức 500 một ngày.
Ghi chú: ra quân

Bấm nút, hoặc gõ /duyet 5XG8 · /duyet 5XG8 không và lý do"""


async def asked(bot: Stage) -> tuple[User, User]:
    """Return a commander and an officer whose value is asked about."""
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    await bot.say(officer, "501 30 # ra quân")
    return city, officer


async def test_a_questioned_value_waits_in_the_queue_with_its_doubts(bot: Stage) -> None:
    city, _ = await asked(bot)
    assert await bot.say(city, "/duyet") == QUESTION
    assert city.private.last().buttons == [["Duyệt 5XG8", "Từ chối 5XG8"]]


@pytest.mark.parametrize("way", ["/duyet 5xg8", "/duyet #5XG8 đồng ý", "button"])
async def test_a_commander_counts_it_as_their_own_entry_and_the_officer_is_told(bot: Stage, way: str) -> None:
    city, officer = await asked(bot)
    question = officer.private.last()
    if way == "button":
        await bot.say(city, "/duyet")
        answer = await bot.press(city, city.private.last(), "Duyệt 5XG8")
    else:
        answer = await bot.say(city, way)
    assert "✅ #5XG8 Lan · Phường An Hội · thứ Sáu 01-12-2023: đã tính, Chị Hà" in answer
    assert officer.private.last().text.startswith("✅ Số liệu #5XG8 đã được Chị Hà xác nhận")
    assert (question.text, question.buttons) == ("Phiếu #5XG8 không còn hiệu lực, xem phiếu #LVVR.", [])
    sql = "SELECT p.name, e.kind, e.note FROM entries e JOIN people p ON p.id = e.person ORDER BY e.id DESC"
    assert tuple(await bot.store.read(lambda tx: tx.one(sql))) == ("Chị Hà", "confirm", "ra quân")
    assert "hôm nay +501" in await bot.say(officer, "/status")
    assert await bot.say(officer, "đúng") == "Không có số liệu nào đang chờ xác nhận."
    await bot.check_sums()


async def test_a_value_that_was_in_time_stays_so_when_a_commander_counts_it_later(bot: Stage) -> None:
    city, officer = await asked(bot)
    bot.clock.set(at(1, 18))
    await bot.say(city, "/duyet 5XG8")
    assert "đã có, đúng giờ" in await bot.say(officer, "/status")


async def test_a_commander_drops_it_with_a_reason(bot: Stage) -> None:
    city, officer = await asked(bot)
    question = officer.private.last()
    assert "không tính, Chị Hà" in await bot.say(city, "/duyet 5XG8 không gõ thừa số 0")
    told = officer.private.last().text
    assert told.startswith("🚫 Số liệu #5XG8 không được tính")
    assert "Lý do: gõ thừa số 0" in told
    assert question.buttons == []
    assert "chưa có" in await bot.say(officer, "/status")
    await bot.check_sums()


async def test_what_the_officer_answered_first_stands(bot: Stage) -> None:
    city, officer = await asked(bot)
    await bot.say(city, "/duyet")
    page = city.private.last()
    await bot.say(officer, "51 30")
    answer = await bot.press(city, page, "Từ chối 5XG8")
    assert "cán bộ đã trả lời, Lan" in answer
    assert "hôm nay +51" in await bot.say(officer, "/status")


async def test_once_the_day_is_locked_the_question_is_the_commanders(bot: Stage) -> None:
    city, officer = await asked(bot)
    question = officer.private.last()
    bot.clock.set(at(6, 8))
    for word in ("đúng", "sai", "huỷ"):
        assert (await bot.say(officer, word)).startswith("Ngày 01-12-2023 đã khoá sổ, nên số liệu #5XG8 chờ chỉ huy")
    await bot.press(officer, question, "Đúng")
    cards = [each for each in city.private.from_bots() if "báo số cần xác nhận" in each.text]
    assert len(cards) == 1
    assert "đã tính, Chị Hà" in await bot.press(city, cards[0], "Duyệt")
    assert "trong ngày +501" in await bot.say(officer, "/status 1/12")


async def test_the_queue_counts_each_kind_and_shows_five_oldest_first(bot: Stage) -> None:
    city = await bot.commander("TP", "Chị Hà")
    first, second = await bot.join(AN_HOI, "Lan"), await bot.join(PHU_KHUONG, "Minh")
    await bot.join("TP", "Anh Tư", kind=InviteKind.COMMANDER)
    for day in (20, 21, 22):
        for officer in (first, second):
            bot.clock.advance(1)
            await bot.say(officer, f"{day}/11 45 30")
    bot.clock.advance(1)
    await bot.say(first, "501 1")
    page = await bot.say(city, "/duyet")
    assert page.startswith("Đang chờ duyệt: 1 yêu cầu làm chỉ huy · 6 yêu cầu sửa · 1 số liệu cần xác nhận\n\n🔑 #")
    assert page.count(" xin sửa số") == 4
    assert page.endswith("Còn 3 việc nữa: bấm Tiếp, hoặc gõ /duyet 2")
    assert len(city.private.last().buttons) == 6
    following = await bot.press(city, city.private.last(), "Tiếp")
    assert (following.count(" xin sửa số"), following.count("❓")) == (2, 1)
    assert await bot.say(city, "/duyet 2") == following


async def test_a_page_shows_what_was_decided_on_it_and_keeps_the_other_buttons(bot: Stage) -> None:
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    for day in (20, 21):
        await bot.say(officer, f"{day}/11 45 30")
    await bot.say(city, "/duyet")
    page = city.private.last()
    await bot.press(city, page, page.buttons[0][0])
    assert "thứ Hai 20-11-2023: đã duyệt, Chị Hà" in page.text
    assert len(page.buttons) == 1
    await bot.press(city, page, page.buttons[0][1])
    await bot.say(city, "trùng với ngày trước")
    assert "thứ Ba 21-11-2023: đã từ chối, Chị Hà" in page.text
    assert page.buttons == []


async def test_an_empty_queue_says_so(bot: Stage) -> None:
    assert await bot.say(await bot.commander("TP"), "/duyet") == "Không có yêu cầu nào đang chờ."


@pytest.mark.parametrize("words", ["có phải sai không", "xem", "không"])
async def test_only_a_clear_word_decides(bot: Stage, words: str) -> None:
    city, _ = await asked(bot)
    await bot.say(city, f"/duyet 5XG8 {words}")
    still = await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM questions"))
    assert still == (0 if words == "không" else 1)


async def test_AC2_a_commander_sees_only_what_lies_below(bot: Stage) -> None:
    await asked(bot)
    town, village = await bot.commander("CT"), await bot.commander(SON_DONG)
    for other in (town, village):
        assert await bot.say(other, "/duyet") == "Không có yêu cầu nào đang chờ."
        assert "cho bạn duyệt" in await bot.say(other, "/duyet 5XG8")


async def test_AC3_a_dismissed_commander_decides_nothing(bot: Stage) -> None:
    city, _ = await asked(bot)
    await bot.say(city, "/duyet")
    page = city.private.last()
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET until = 1 WHERE role = 'commander'"))
    city.press(page, "Duyệt 5XG8")
    await bot.settle()
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM questions")) == 1


async def test_a_commander_who_also_reports_is_never_heard_wrongly_while_a_reason_is_asked_for(bot: Stage) -> None:
    city = await bot.commander("TP", "Chị Hà")
    await bot.say(city, f"/start {await bot.code(PHU_KHUONG)}")
    await bot.say(await bot.join(AN_HOI, "Lan"), "27/11 45 30")
    await bot.press(city, city.private.last(), "Từ chối")
    assert "Đã ghi nhận" in await bot.say(city, "45 30")
    assert "Lý do: không khớp" in await bot.say(city, "không khớp")


async def test_an_officers_half_done_report_is_not_lost_to_the_question_for_a_reason(bot: Stage) -> None:
    city = await bot.commander("TP", "Chị Hà")
    await bot.say(city, f"/start {await bot.code(PHU_KHUONG)}")
    await bot.say(await bot.join(AN_HOI, "Lan"), "27/11 45 30")
    card = city.private.last()
    await bot.say(city, "/baocao")
    await bot.say(city, "45")
    assert "đã từ chối" in await bot.press(city, card, "Từ chối") or "đã từ chối" in card.text
    assert "Đã ghi nhận" in await bot.say(city, "30")


async def test_the_queue_speaks_english_too(bot: Stage) -> None:
    city, officer = await asked(bot)
    await bot.say(city, "/ngonngu en")
    assert (await bot.say(city, "/approve")).startswith("Waiting for you: 1 to confirm")
    assert "not counted" in await bot.say(city, "/approve 5XG8 no typing error")
    assert "Lý do: typing error" in officer.private.last().text


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("/duyet", "Duyệt 5XG8"),
        ("/duyet", "Từ chối 5XG8"),
        ("/sua an hoy 45 30 # sổ trực", "Phường An Hội (Thành phố Bến Tre)"),
        ("/mokhoa an hoy 27/11", "Phường An Hội (Thành phố Bến Tre)"),
    ],
)
async def test_H5_AC3_a_button_does_nothing_for_a_unit_that_was_taken_away_since(
    bot: Stage, line: str, label: str
) -> None:
    city, _ = await asked(bot)
    await bot.say(city, line)
    shown = city.private.last()
    move = "UPDATE roles SET unit = (SELECT id FROM units WHERE code = 'CT') WHERE role = 'commander'"
    await bot.store.write(lambda tx: tx.run(move).rowcount)
    await bot.press(city, shown, label)
    counts = "SELECT (SELECT count(*) FROM entries), (SELECT count(*) FROM questions), (SELECT count(*) FROM unlocks)"
    assert tuple(await bot.store.read(lambda tx: tx.one(counts))) == (1, 1, 0)
