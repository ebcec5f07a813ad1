"""Several campaigns at once, which one is meant, and campaigns that are archived."""

from datetime import date, time
from pathlib import Path
from typing import Any

from bot.rehearsal.botapi.people import User
from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage

SCHEDULE = [{"job": "remind", "at": "15:00"}, {"job": "board", "at": "16:00", "kind": "today"}]
FIRST = cast.campaign(schedule=SCHEDULE, phases=[{"name": "Giai đoạn 1", "ends": cast.campaign()["deadline"]}])
SECOND = cast.campaign(
    code="dvc",
    name="Dịch vụ công",
    schedule=SCHEDULE,
    metrics=[{"code": "hs", "name": "Hồ sơ"}],
    deadline=date(2023, 12, 8),
)
ROSTER = cast.ROSTER.replace("target.", "target.vneid.").replace("baseline.", "baseline.vneid.")

LIST = """\
📁 Chiến dịch
• Cao điểm kích hoạt tài khoản định danh điện tử (vneid): Giai đoạn 1, còn 14 ngày đến 15-12-2023
• Dịch vụ công (dvc): còn 7 ngày đến 08-12-2023
Dòng báo cáo không ghi mã sẽ tính cho chiến dịch được chọn. Bấm nút, hoặc gõ /chiendich vneid · /chiendich tất cả"""


def two(**changes: Any) -> list[dict[str, Any]]:
    """Return two campaigns, the second one changed."""
    return [FIRST, {**SECOND, "report_due": None, **changes}]


async def test_the_campaigns_of_ones_units_are_listed(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two()) as bot:
        officer = await bot.join(AN_HOI)
        assert await bot.say(officer, "/chiendich") == LIST
        assert officer.private.last().buttons == [[FIRST["name"]], ["Dịch vụ công"], ["Tất cả chiến dịch"]]


async def test_the_chosen_campaign_is_meant_until_another_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two()) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/chiendich")
        chosen = await bot.press(officer, officer.private.last(), "Dịch vụ công")
        assert chosen.startswith("✅ Từ giờ dòng báo cáo không ghi mã được tính cho Dịch vụ công.")
        assert "Hồ sơ +7" in await bot.say(officer, "7")
        assert "Hồ sơ hôm nay" in await bot.say(officer, "/baocao")
        await bot.say(officer, "huỷ")
        assert "Thu nhận +45" in await bot.say(officer, "vneid 45 30")
        assert "• Chiến dịch đang chọn: Dịch vụ công (đổi: /chiendich)" in await bot.say(officer, "/toi")
        assert "dvc): còn 7 ngày đến 08-12-2023 ✔ đang chọn" in await bot.say(officer, "/campaign")
        assert "Không chọn sẵn chiến dịch nào." in await bot.say(officer, "/chiendich tất cả")
        assert "Đơn vị có nhiều chiến dịch." in await bot.say(officer, "7")
        assert "Không có chiến dịch «xyz» để chọn." in await bot.say(officer, "/chiendich xyz")


async def test_a_chosen_campaign_that_is_over_steps_back(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two(), start=at(9, 8)) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/chiendich dvc")
        assert "Thu nhận +45" in await bot.say(officer, "45 30")
        assert "• Dịch vụ công (dvc): đã kết thúc 08-12-2023" in await bot.say(officer, "/chiendich")


async def test_a_line_without_a_campaign_is_settled_by_a_button_or_the_code_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two()) as bot:
        officer = await bot.join(AN_HOI)
        assert "Bấm nút, hoặc ghi mã chiến dịch trước số" in await bot.say(officer, "7")
        assert "Hồ sơ +7" in await bot.press(officer, officer.private.last(), "Dịch vụ công")
        await bot.say(officer, "8")
        assert "Hồ sơ +8 (trước: 7)" in await bot.say(officer, "dvc")
        await bot.check_sums()


async def test_a_group_hears_of_its_own_campaigns_and_changes_nobodys_choice(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two(root="CT")) as bot:
        officer = await bot.join(AN_HOI)
        group = await bot.group("TP", await bot.commander("TP"), officer)
        group.say(officer, "/chiendich@tiendo_bot")
        await bot.settle()
        assert ("vneid" in group.last().text, "dvc" in group.last().text) == (True, False)
        assert group.last().buttons == []


async def test_an_admin_and_a_commander_see_the_campaigns_without_choosing(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two(root="CT")) as bot:
        commander = await bot.commander("TP")
        assert "dvc" not in await bot.say(commander, "/chiendich")
        assert "dvc" in await bot.say(bot.server.world.users[cast.ADMIN], "/chiendich")
        assert "Không có chiến dịch «tất cả» để chọn." in await bot.say(
            bot.server.world.users[cast.ADMIN], "/chiendich tất cả"
        )


async def test_two_campaigns_at_once_have_one_reminder_and_a_board_each(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=two()) as bot:
        officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG, "Minh")
        group = await bot.group("TP", await bot.commander("TP"), officer)
        await bot.say(officer, "vneid 45 30")
        await bot.say(officer, "dvc 7")
        await bot.say(other, "dvc 3")
        said = len(other.private.from_bots())
        await bot.turn_to(time(15, 0))
        assert [message.text.splitlines()[0] for message in other.private.from_bots()[said:]] == [
            "🔔 Phường Phú Khương chưa có báo cáo hôm nay"
        ]
        await bot.turn_to(time(16, 0))
        boards = [message for message in group.from_bots() if message.text.startswith("🏆")]
        assert len(boards) == 2
        status = await bot.say(officer, "/status")
        assert ("Kích hoạt: 980/2.000" in status, "Hồ sơ: 7" in status) == (True, True)
        await bot.say(other, "vneid 5 4")
        await bot.say(other, "dvc 9")
        await bot.turn_to(time(16, 5))
        assert "Phú Khương: +4" in boards[0].text
        assert "Phú Khương: +9" in boards[1].text
        await bot.check_sums()


async def archived(bot: Stage) -> User:
    """Let somebody report to both campaigns, before one is archived."""
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "dvc 7")
    await bot.say(officer, "/chiendich dvc")
    return officer


async def test_an_archived_campaign_takes_no_reports_and_speaks_no_more(tmp_path: Path) -> None:
    async with backstage(tmp_path, campaigns=two(), roster=ROSTER) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await archived(bot)
            receipt = officer.private.from_bots()[-2]
        config = cast.config(tmp_path, ready.server.base_url, campaigns=two(archived=True))
        async with perform(ready.server, ready.clock, config) as bot:
            assert "Thu nhận +45" in await bot.say(officer, "45 30")
            assert await bot.say(officer, "dvc 8") == (
                "Chiến dịch Dịch vụ công đã lưu trữ, không nhận số liệu nữa.\nChưa ghi nhận gì."
            )
            assert await bot.press(officer, receipt, "Hoàn tác") == ("Chiến dịch này không còn nhận số liệu của bạn.")
            said = len(officer.private.from_bots())
            await bot.turn_to(time(17, 0))
            assert len(officer.private.from_bots()) == said


async def test_an_archived_campaign_is_shown_when_it_is_named(tmp_path: Path) -> None:
    async with backstage(tmp_path, campaigns=two(), roster=ROSTER) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await archived(bot)
        config = cast.config(tmp_path, ready.server.base_url, campaigns=two(archived=True))
        async with perform(ready.server, ready.clock, config) as bot:
            assert "Hồ sơ" not in await bot.say(officer, "/status")
            assert "Hồ sơ: 7" in await bot.say(officer, "/status dvc")
            assert "Hồ sơ: 0" in await bot.say(officer, "/status dvc an hội 30/11")
            assert "Dịch vụ công" in await bot.say(officer, "/bieudo dvc")
            listed = await bot.say(officer, "/chiendich")
    assert "Đã lưu trữ: Dịch vụ công (/status dvc)" in listed
    assert "• Dịch vụ công" not in listed


async def test_with_every_campaign_archived_it_is_said_why_nothing_is_taken(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(archived=True)]) as bot:
        officer = await bot.join(AN_HOI)
        assert "đã lưu trữ, không nhận số liệu nữa." in await bot.say(officer, "45 30")
        assert (await bot.say(officer, "/chiendich")).startswith("Không có chiến dịch nào đang mở.\nĐã lưu trữ:")
