"""Running totals, parts, ratios, two officers, several campaigns: all of it is configured."""

from pathlib import Path
from typing import Any

from tests import cast
from tests.cast import AN_HOI
from tests.conversations.moments import at
from tests.stage import Stage, backstage, perform, stage

CUMULATIVE = cast.campaign(
    metrics=[{**cast.METRICS[0], "entry": "cumulative"}, {**cast.METRICS[1], "entry": "cumulative"}]
)
PARTS: list[dict[str, Any]] = [{"code": "m1", "name": "Mức 1"}, {"code": "m2", "name": "Mức 2"}]
PARTED = cast.campaign(metrics=[{**cast.METRICS[0], "parts": PARTS}, {**cast.METRICS[1], "at_most": "tn"}])
SHARED = cast.campaign(policy="sum_of_officers")
SECOND = cast.campaign(code="dvc", name="Dịch vụ công", metrics=[{"code": "hs", "name": "Hồ sơ"}])
RATIO = cast.campaign(
    code="dvc",
    name="Dịch vụ công",
    percent_decimals=2,
    metrics=[
        {"code": "tt", "name": "Trực tuyến", "at_most": "tong"},
        {"code": "tong", "name": "Tổng hồ sơ"},
        {"code": "ty", "name": "Tỷ lệ", "kind": "ratio", "of": ["tt", "tong"], "target_percent": 80.0, "main": True},
    ],
)


async def test_a_running_total_counts_by_its_difference(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[CUMULATIVE]) as bot:
        officer = await bot.join(AN_HOI)
        assert "Thu nhận +45 → 1.234/2.000" in await bot.say(officer, "1234 980")
        await bot.check_sums()


async def test_a_zero_day_leaves_a_running_total_where_it_was(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[CUMULATIVE]) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "hq 1234 980")
        answer = await bot.say(officer, "0")
        assert "Thu nhận +0 → 1.234/2.000" in answer
        assert "❓" not in answer
        await bot.check_sums()


async def test_a_zero_day_by_button_is_unchanged_too(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[CUMULATIVE]) as bot:
        officer = await bot.join(AN_HOI)
        question = await bot.say(officer, "/baocao")
        assert "Lũy kế lần trước: 1.189." in question
        assert "Thu nhận +0 → 1.189/2.000" in await bot.press(officer, officer.private.last(), "Hôm nay 0")


async def test_a_falling_running_total_is_asked_about(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[CUMULATIVE]) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "hq 1234 980")
        assert "Thu nhận lũy kế 1.200 nhỏ hơn số đã báo 1.234." in await bot.say(officer, "tn 1200")


async def test_a_late_running_total_shifts_only_the_days_between(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[CUMULATIVE]) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "1234 980")
        await bot.say(officer, "hq 1200 960")
        assert "hôm nay +34" in await bot.say(officer, "/status")
        await bot.check_sums()


async def test_a_running_total_can_be_adjusted(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[CUMULATIVE]) as bot:
        officer = await bot.join(AN_HOI)
        assert "Thu nhận +5 → 1.194/2.000" in await bot.say(officer, "tn +5")
        assert "Thu nhận +8 → 1.197/2.000" in await bot.say(officer, "tn +3")


async def test_parts_add_up_and_are_shown(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[PARTED]) as bot:
        officer = await bot.join(AN_HOI)
        assert "Thu nhận +45 (5 + 40) → 1.234/2.000 (61,7%)" in await bot.say(officer, "5+40 30")
        assert "↳ trong đợt: Mức 1 5 + Mức 2 40" in await bot.say(officer, "/status")
        assert (await bot.say(officer, "45 30")).startswith("Chỉ tiêu này gồm nhiều mức")
        await bot.check_sums()


async def test_parts_make_up_a_total_that_began_with_nothing(tmp_path: Path) -> None:
    plain = "\n".join(",".join(row.split(",")[:6]) for row in cast.ROSTER.split("\n"))
    async with stage(tmp_path, campaigns=[PARTED], roster=plain) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "5+40 30")
        assert "Thu nhận: 45 · hôm nay +45\n↳ gồm Mức 1 5 + Mức 2 40" in await bot.say(officer, "/status")


async def test_the_guided_question_says_how_parts_are_written(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[PARTED]) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "hq 5+40 30")
        question = await bot.say(officer, "/baocao")
        assert "Ghi lần lượt Mức 1 + Mức 2, ví dụ: 5+40" in question
        assert "Ngày trước đó: 5 + 40." in question


async def test_a_ratio_is_derived_and_compared_in_points(tmp_path: Path) -> None:
    roster = cast.ROSTER.split("\n")
    plain = "\n".join(",".join(row.split(",")[:6]) for row in roster)
    async with stage(tmp_path, campaigns=[RATIO], roster=plain) as bot:
        officer = await bot.join(AN_HOI)
        assert "hạng" not in await bot.say(officer, "4336 4357")
        assert "Tỷ lệ: 99,52% (4.336/4.357) · vượt 19,52%" in await bot.say(officer, "/status")


async def test_one_per_unit_says_whose_report_was_replaced_and_tells_that_officer(bot: Stage) -> None:
    first, second = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
    await bot.say(first, "45 30")
    assert "(thay #5XG8 của Lan)" in await bot.say(second, "50 30")
    assert first.private.last().text == (
        "ℹ️ Báo cáo #5XG8 của bạn (Phường An Hội, thứ Sáu 01-12-2023) đã được Minh thay bằng #LVVR:\n"
        "Thu nhận: 50 (trước: 45)\nKích hoạt: 30"
    )


async def test_one_per_unit_undo_belongs_to_the_author(bot: Stage) -> None:
    first, second = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
    await bot.say(first, "45 30")
    await bot.say(second, "50 30")
    assert (await bot.say(first, "hoàn tác")).startswith("Không có phiếu nào của bạn còn mới nhất")


async def test_sum_of_officers_adds_both_and_tells_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[SHARED]) as bot:
        first, second = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
        await bot.say(first, "40 30")
        assert "Thu nhận +5 → 1.234/2.000" in await bot.say(second, "5 0")
        assert "ℹ️" not in first.private.last().text
        await bot.check_sums()


async def test_with_several_campaigns_the_code_comes_first(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(), SECOND]) as bot:
        officer = await bot.join(AN_HOI)
        assert await bot.say(officer, "45 30") == (
            "Đơn vị có nhiều chiến dịch. Bấm nút, hoặc ghi mã chiến dịch trước số, ví dụ: vneid 45 30 hoặc dvc 45\n"
            "Chưa ghi nhận gì."
        )
        assert "Hồ sơ +7" in await bot.say(officer, "dvc 7")
        assert "Bot chưa hiểu" in await bot.say(officer, "xin chào")


async def test_with_several_campaigns_the_guided_report_asks_which(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(), SECOND]) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/baocao")
        assert officer.private.last().buttons == [["Cao điểm kích hoạt tài khoản định danh điện tử"], ["Dịch vụ công"]]
        assert "Hồ sơ hôm nay" in await bot.press(officer, officer.private.last(), "Dịch vụ công")


async def test_with_one_campaign_under_way_no_code_is_needed(tmp_path: Path) -> None:
    over = {**SECOND, "starts": cast.TODAY.replace(month=10), "deadline": cast.TODAY.replace(month=11, day=20)}
    async with stage(tmp_path, campaigns=[over | {"report_due": None}, cast.campaign()]) as bot:
        officer = await bot.join(AN_HOI)
        assert "Thu nhận +45" in await bot.say(officer, "45 30")
        assert "Dịch vụ công" not in await bot.say(officer, "/status")


async def test_the_days_of_several_campaigns_are_told_apart(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(), SECOND], start=at(4, 8)) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "/sua")
        assert ["thứ Hai 04-12-2023: chưa báo (dvc)"] in officer.private.last().buttons


async def test_a_word_that_a_campaign_uses_is_no_politeness(tmp_path: Path) -> None:
    metrics = [{"code": "a", "name": "Loại A"}, {"code": "b", "name": "Loại B"}]
    async with stage(tmp_path, campaigns=[cast.campaign(metrics=metrics)], roster=ROSTER_WITHOUT_FIGURES) as bot:
        officer = await bot.join(AN_HOI)
        answer = await bot.say(officer, "45 a")
        assert "Loại A +45" in answer
        assert "Loại B chưa báo" in answer


ROSTER_WITHOUT_FIGURES = "\n".join(",".join(row.split(",")[:6]) for row in cast.ROSTER.split("\n"))


async def test_a_unit_that_no_campaign_covers_any_more_has_no_duty(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            officer = await bot.join(AN_HOI)
        elsewhere = cast.config(tmp_path, ready.server.base_url, campaigns=[cast.campaign(root="CT")])
        async with perform(ready.server, ready.clock, elsewhere) as bot:
            nothing = "Phường An Hội không thuộc chiến dịch nào."
            assert await bot.say(officer, "45 30") == f"{nothing}\nChưa ghi nhận gì."
            assert await bot.say(officer, "/baocao") == f"{nothing}\nChưa ghi nhận gì."
            assert await bot.say(officer, "/status") == nothing
