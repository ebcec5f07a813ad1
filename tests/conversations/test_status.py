"""/status says where a unit stands at this minute, to people in its scope."""

from pathlib import Path

import pytest

from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, stage

WARD = """\
📊 Phường An Hội · Cao điểm kích hoạt tài khoản định danh điện tử
Thứ Sáu 01-12-2023 · còn 14 ngày đến 15-12-2023
Thu nhận: 1.234/2.000 (61,7%) · hôm nay +45
↳ chậm 400 so với kế hoạch · còn thiếu 766, cần 55/ngày
Kích hoạt: 980/2.000 (49,0%) · hôm nay +30
↳ chậm 546 so với kế hoạch · còn thiếu 1.020, cần 73/ngày
Báo cáo hôm nay: đã có, đúng giờ"""

CITY = """\
📊 Thành phố Bến Tre · Cao điểm kích hoạt tài khoản định danh điện tử
Thứ Sáu 01-12-2023 · còn 14 ngày đến 15-12-2023
Thu nhận: 2.434/4.000 (60,9%) · hôm nay +45
↳ chậm 838 so với kế hoạch · còn thiếu 1.566, cần 112/ngày
Kích hoạt: 1.880/4.000 (47,0%) · hôm nay +30
↳ chậm 1.149 so với kế hoạch · còn thiếu 2.120, cần 152/ngày
Báo cáo hôm nay: 1/3 đơn vị, đúng giờ 1"""


async def test_an_officer_sees_the_own_ward(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "/status") == WARD


async def test_a_commander_sees_the_sums_and_who_has_reported(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    await bot.say(officer, "45 30")
    assert await bot.say(commander, "/tinhhinh") == CITY


async def test_an_admin_without_a_post_sees_the_whole(bot: Stage) -> None:
    assert "📊 Bến Tre ·" in await bot.say(await bot.admin(), "/status")


@pytest.mark.parametrize(
    "name", ["TP-01", "tp-01", "Phường An Hội", "an hội", "AN HOI", "p. an hoi", "P.An Hội", "phuong an hoi"]
)
async def test_a_unit_is_found_by_what_people_call_it(bot: Stage, name: str) -> None:
    commander = await bot.commander("BT")
    assert "📊 Phường An Hội ·" in await bot.say(commander, f"/status {name}")


async def test_an_alias_is_a_name_too(bot: Stage) -> None:
    assert "📊 Bến Tre ·" in await bot.say(await bot.commander("BT"), "/status tinh ben tre")


async def test_two_units_of_one_name_are_chosen_by_button(bot: Stage) -> None:
    commander = await bot.commander("BT")
    answer = await bot.say(commander, "/status châu thành")
    assert answer == ("Có nhiều đơn vị tên «châu thành». Ý bạn là Huyện Châu Thành (CT), Thị trấn Châu Thành (CT-01)?")
    shown = await bot.press(commander, commander.private.last(), "Thị trấn Châu Thành (Huyện Châu Thành)")
    assert "📊 Thị trấn Châu Thành ·" in shown


async def test_a_misspelt_name_is_confirmed_by_a_button(bot: Stage) -> None:
    commander = await bot.commander("BT")
    answer = await bot.say(commander, "/status an hoy hôm qua")
    assert answer == "Không thấy đúng tên «an hoy». Ý bạn là Phường An Hội (TP-01)?"
    shown = await bot.press(commander, commander.private.last(), "Phường An Hội (Thành phố Bến Tre)")
    assert "Thứ Năm 30-11-2023" in shown


async def test_AC2_a_unit_out_of_scope_is_as_unknown_as_one_that_does_not_exist(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    for name in ("Giao Long", "CT-02", "Không Đâu"):
        assert await bot.say(officer, f"/status {name}") == (
            f"Không thấy đơn vị «{name}» trong phạm vi của bạn. Kiểm tra lại tên hoặc dùng mã đơn vị."
        )


async def test_AC3_a_button_shown_before_the_post_was_lost_shows_nothing(bot: Stage) -> None:
    commander = await bot.commander("BT")
    await bot.say(commander, "/status an hoy")
    button = commander.private.last()
    await bot.store.write(
        lambda tx: tx.run("UPDATE roles SET unit = (SELECT id FROM units WHERE code = 'CT')").rowcount
    )
    assert await bot.press(commander, button, "Phường An Hội (Thành phố Bến Tre)") == (
        "Đơn vị này không thuộc phạm vi của bạn."
    )


async def test_a_past_day_is_shown_as_it_was(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "hq 5 4")
    await bot.say(officer, "45 30")
    shown = await bot.say(officer, "/status hôm qua")
    assert "Thu nhận: 1.194/2.000 (59,7%) · trong ngày +5" in shown
    assert "Báo cáo trong ngày: đã có, muộn" in shown


async def test_a_day_that_is_none_is_refused_with_an_example(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.say(officer, "/status 2-12-2023") == "Ngày «2-12-2023» chưa tới. Ví dụ: /status hôm qua"
    assert (await bot.say(officer, "/status 31/2")).startswith("Không có ngày «31/2».")


async def test_several_campaigns_are_shown_one_below_the_other(tmp_path: Path) -> None:
    second = cast.campaign(code="dvc", name="Dịch vụ công", metrics=[{"code": "hs", "name": "Hồ sơ"}])
    async with stage(tmp_path, campaigns=[cast.campaign(), second]) as bot:
        officer = await bot.join(AN_HOI)
        blocks = (await bot.say(officer, "/status")).split("\n\n")
        assert [block.splitlines()[0].split(" · ")[1] for block in blocks] == [
            "Cao điểm kích hoạt tài khoản định danh điện tử",
            "Dịch vụ công",
        ]


async def test_working_days_are_named_where_days_are_free(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(4, 8), calendar={"working_days": ["mon", "tue", "wed", "thu", "fri"]}) as bot:
        officer = await bot.join(AN_HOI)
        assert "/ngày làm việc" in await bot.say(officer, "/status")


async def test_the_own_card_lists_posts_and_todays_reports(bot: Stage) -> None:
    officer = await bot.join(AN_HOI, "Lan")
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "/toi") == (
        "👤 Lan\n"
        "• Cán bộ báo cáo: Phường An Hội (TP-01)\n"
        "• Cao điểm kích hoạt tài khoản định danh điện tử, thứ Sáu 01-12-2023: đã báo cáo ✅ · "
        "đúng giờ 1 ngày liền\n"
        "• Mức nhắc: vừa (đổi: /nhac)\n"
        "• Ngôn ngữ: tiếng Việt (đổi: /ngonngu)"
    )


async def test_the_card_of_a_commander_and_of_an_admin(bot: Stage) -> None:
    commander = await bot.commander("TP", "Hà")
    assert "• Chỉ huy: Thành phố Bến Tre (TP)" in await bot.say(commander, "/toi")
    admin = bot.server.world.users[cast.ADMIN]
    assert "👤 Tài khoản của bạn\n• Quản trị bot" in await bot.say(admin, "/toi")


async def test_the_help_shows_the_own_campaigns_line(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    shown = await bot.say(officer, "/trogiup")
    assert "• hôm qua 45 30 hoặc 30/11 45 30 · cho ngày khác" in shown
    assert "/start" not in shown
    assert "/duyet" not in shown
