"""A commander puts right what a unit below has reported, on open and locked days, and says why."""

from pathlib import Path

import pytest

from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.conversations.moments import at
from tests.stage import Stage, stage

DONE = """\
✅ Đã sửa #LVVR (thay #5XG8) · Phường An Hội · thứ Sáu 01-12-2023
Thu nhận: 45 → 40
Kích hoạt: 30 → 29
Lý do: đối chiếu sổ
Đã báo cho 1 người."""

TOLD = """\
✏️ Chị Hà đã sửa số của Phường An Hội · thứ Sáu 01-12-2023
Thu nhận: 45 → 40
Kích hoạt: 30 → 29
Lý do: đối chiếu sổ
Phiếu mới: #LVVR. Số cũ vẫn được lưu."""


async def kinds(bot: Stage) -> list[str]:
    return [row[0] for row in await bot.store.read(lambda tx: tx.all("SELECT kind FROM entries ORDER BY id"))]


@pytest.mark.parametrize("unit", ["An Hội", "p an hoi", "TP-01", "vneid An Hội"])
async def test_the_original_stays_and_the_officer_is_told_old_and_new(bot: Stage, unit: str) -> None:
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    await bot.say(officer, "45 30")
    receipt = officer.private.last()
    assert await bot.say(city, f"/sua {unit} hôm nay 40 29 # đối chiếu sổ") == DONE
    assert officer.private.last().text == TOLD
    assert receipt.text == "Phiếu #5XG8 không còn hiệu lực, xem phiếu #LVVR."
    assert await kinds(bot) == ["line", "override"]
    assert "hôm nay +40" in await bot.say(officer, "/status")
    await bot.check_sums()


async def test_a_locked_day_too_and_open_requests_for_it_are_settled(bot: Stage) -> None:
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    await bot.say(officer, "27/11 45 30")
    card = city.private.last()
    assert "→ 44" in await bot.say(city, "/sua An Hội 27/11 44 30 # chỉ có 44")
    assert (card.buttons, "đã rút lại, Chị Hà" in card.text) == ([], True)
    assert await bot.say(city, "/duyet") == "Không có yêu cầu nào đang chờ."


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("An Hội 5/12 45 30 # x", "chưa tới"),
        ("An Hội 5/12/2023 45 30 # x", "chưa tới"),
        ("An Hội 14/11 45 30 # x", "bắt đầu từ 15-11-2023"),
        ("An Hội 45 30", "/sua TP-01 01-12-2023 tn=45, kh=30 # lý do"),
        ("An Hội kh +3 # x", "không ghi cộng thêm"),
        ("An Hội 99999999 1 # x", "Số quá lớn"),
        ("An Hội 12,5 1 # x", "không phải số nguyên"),
        ("Thành phố Bến Tre 45 30 # x", "không báo cáo trực tiếp"),
        ("gì đó # x", "Chưa hiểu «gì đó»"),
        ("Giao Long 45 30 # x", "không thuộc phạm vi của bạn"),
        ("CT-02 45 30 # x", "không thuộc phạm vi của bạn"),
        ("phiếu K7Q2 45 30 # x", "không thuộc phạm vi"),
        ("", "Sửa số của một đơn vị bên dưới"),
    ],
)
async def test_what_is_not_clear_changes_nothing(bot: Stage, line: str, answer: str) -> None:
    city = await bot.commander("TP")
    assert answer in await bot.say(city, f"/sua {line}")
    assert await kinds(bot) == []


async def test_the_line_that_is_repeated_needs_only_the_reason(bot: Stage) -> None:
    city = await bot.commander("TP")
    answer = await bot.say(city, "/sua An Hội hq 45 30")
    line = next(line for line in answer.splitlines() if line.startswith("/sua"))
    assert "Đã sửa #5XG8" in await bot.say(city, line.replace("lý do", "sổ trực"))


async def test_a_misspelt_unit_is_confirmed_by_a_button_that_says_what_it_does(bot: Stage) -> None:
    city = await bot.commander("TP")
    answer = await bot.say(city, "/sua an hoy hq 45 30 # sổ trực")
    assert "• Phường An Hội, thứ Năm 30-11-2023: /sua TP-01 30-11-2023 tn=45, kh=30 # sổ trực" in answer
    assert await kinds(bot) == []
    done = await bot.press(city, city.private.last(), "Phường An Hội (Thành phố Bến Tre)")
    assert done.startswith("✅ Đã sửa #5XG8 · Phường An Hội · thứ Năm 30-11-2023")


async def test_a_commander_decides_without_being_asked_about_high_values(bot: Stage) -> None:
    city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
    await bot.say(officer, "501 30")
    question = officer.private.last()
    assert "→ 502" in await bot.say(city, "/sua An Hội 502 30 # lễ ra quân")
    assert question.buttons == []
    assert await bot.say(officer, "đúng") == "Không có số liệu nào đang chờ xác nhận."
    await bot.check_sums()


async def test_AC2_a_commander_changes_nothing_elsewhere_and_an_officer_nothing_of_others(bot: Stage) -> None:
    town, officer = await bot.commander("CT"), await bot.join(PHU_KHUONG)
    for speaker in (town, officer):
        assert "Đã sửa" not in await bot.say(speaker, "/sua An Hội 45 30 # lý do")
        assert "Đã sửa" not in await bot.say(speaker, "/sua TP-01 45 30 # lý do")
    assert await kinds(bot) == []


async def test_of_units_with_the_same_name_those_below_the_commander_are_meant(tmp_path: Path) -> None:
    names = ("CT-03,Xã An Hội", "CT-04,Thị trấn An Hội", "CT-05,Xã An Hội Tây")
    async with stage(tmp_path, roster=cast.ROSTER + "".join(f"{each},xa,CT,,,1000,,1000,\n" for each in names)) as bot:
        town, province = await bot.commander("CT"), await bot.commander("BT")
        asked = await bot.say(town, "/sua An Hội 45 30 # lý do")
        assert [name for name in ("CT-03", "CT-04", "TP-01", "CT-05") if name in asked] == ["CT-03", "CT-04"]
        assert asked.index("CT-03") < asked.index("CT-04")
        assert "Đã sửa #5XG8 · Xã An Hội" in await bot.say(province, "/sua Xã An Hội 45 30 # lý do")
        assert "Đã sửa #LVVR · Xã An Hội Tây" in await bot.say(town, "/sua an hoi tay 45 30 # lý do")


async def test_an_officer_who_also_commands_keeps_the_own_unit_first(bot: Stage) -> None:
    both = await bot.commander("TP", "Chị Hà")
    await bot.say(both, f"/start {await bot.code(AN_HOI)}")
    assert "Đã ghi nhận #5XG8" in await bot.say(both, "/sua hôm qua 45 30")
    assert "Sửa ngày nào" in await bot.say(both, "/sua")
    assert "Đã sửa #LVVR · Phường Phú Khương" in await bot.say(both, "/sua Phú Khương hq 5 4 # gọi điện")
    assert await kinds(bot) == ["line", "override"]


async def test_an_edited_override_is_said_anew(bot: Stage) -> None:
    city = await bot.commander("TP")
    message = city.private.send("/sua An Hội 45 30 # sổ trực")
    await bot.settle()
    city.edit(message, "/sua An Hội 46 30 # sổ trực")
    await bot.settle()
    assert "Thu nhận: 45 → 46" in city.private.last().text
    assert await kinds(bot) == ["override", "override"]


async def test_the_officers_next_line_tells_the_commander_whose_number_it_replaced(bot: Stage) -> None:
    city, officer = await bot.commander("TP", "Chị Hà"), await bot.join(AN_HOI, "Lan")
    await bot.say(city, "/sua An Hội 45 30 # sổ trực")
    assert "(thay #5XG8 của Chị Hà)" in await bot.say(officer, "50 30")
    assert "đã được Lan thay bằng #LVVR" in city.private.last().text


async def test_an_admin_without_a_post_is_named_as_the_author(bot: Stage) -> None:
    admin, officer = await bot.admin(), await bot.join(AN_HOI)
    assert "Đã sửa" in await bot.say(admin, "/sua An Hội 45 30 # sổ trực")
    assert "Quản trị đã sửa số của Phường An Hội" in officer.private.last().text


async def test_where_reports_add_up_it_must_be_clear_whose_is_replaced(tmp_path: Path) -> None:
    sums = cast.campaign(policy="sum_of_officers")
    async with stage(tmp_path, campaigns=[sums]) as bot:
        city, lan, minh = await bot.commander("TP"), await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
        await bot.say(lan, "10 5")
        answer = await bot.say(city, "/sua An Hội 11 5 # sổ trực")
        assert "Tính vào phần của Lan" in answer
        await bot.say(minh, "20 5")
        answer = await bot.say(city, "/sua An Hội 12 5 # sổ trực")
        assert "• Minh (20 · 5): /sua phiếu 3UBA 20 5 # lý do" in answer
        assert "Thu nhận: 20 → 21" in await bot.say(city, "/sua phiếu #3UBA 21 5 # sổ trực")
        assert "hôm nay +32" in await bot.say(city, "/status An Hội")
        await bot.check_sums()


async def test_a_running_total_is_put_right_as_a_total(tmp_path: Path) -> None:
    metrics = [{"code": "tn", "name": "Thu nhận", "entry": "cumulative"}, {"code": "kh", "name": "Kích hoạt"}]
    async with stage(tmp_path, campaigns=[cast.campaign(metrics=metrics)], start=at(4, 8)) as bot:
        city, officer = await bot.commander("TP"), await bot.join(AN_HOI)
        for line in ("2/12 1200 1", "3/12 1300 1"):
            await bot.say(officer, line)
        assert "Thu nhận lũy kế: 1.200 → 1.250" in await bot.say(city, "/sua An Hội 2/12 1250 1 # sổ trực")
        assert "trong ngày +50" in await bot.say(city, "/status An Hội 3/12")
        await bot.check_sums()


async def test_it_is_kept_with_who_why_old_and_new(bot: Stage) -> None:
    city = await bot.commander("TP")
    await bot.say(city, "/sua An Hội 45 30 # sổ trực")
    row = await bot.store.read(lambda tx: tx.one("SELECT actor, facts FROM audit WHERE what = 'override'"))
    assert row["actor"].startswith("person:")
    for bit in ('"ref": "5XG8"', '"unit": "TP-01"', '["Thu nhận", [], [45]]', '"reason": "sổ trực"'):
        assert bit in row["facts"]
