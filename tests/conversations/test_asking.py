"""What people ask for: boards, who is missing, the plan, the countdown, the schedule."""

from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.botapi.people import User
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.conversations.moments import at
from tests.stage import Stage, stage

RATE = {"code": "tyle", "name": "Tỷ lệ", "kind": "ratio", "of": ["kh", "tn"]}


async def days_of(bot: Stage, officer: User, *lines: str) -> None:
    """Report on days in a row, from today on, at nine in the morning."""
    for number, line in enumerate(lines):
        bot.clock.set(at(1 + number, 9))
        await bot.say(officer, line)


async def test_an_officer_sees_the_own_place_among_the_siblings(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "/bxh") == (
        "🏆 Bảng xếp hạng Kích hoạt · Thành phố Bến Tre\n"
        "Thứ Sáu 01-12-2023 · theo % chỉ tiêu được giao · lúc 08:00\n"
        "\n"
        "1. Phường Phú Khương: 50,0%\n"
        "2. Phường An Hội: 49,0% · hôm nay +30\n"
        "3. Xã Sơn Đông: 40,0%\n"
        "\n"
        "Đã có báo cáo: 1/3 đơn vị"
    )


async def test_a_commander_sees_the_units_below(bot: Stage) -> None:
    commander = await bot.commander("BT")
    answer = await bot.say(commander, "/board")
    assert "1. Thành phố Bến Tre: 46,3%\n2. Huyện Châu Thành: 30,0%\n" in answer


@pytest.mark.parametrize(
    ("words", "title", "rule"),
    [
        ("", "Bảng xếp hạng Kích hoạt", "theo % chỉ tiêu được giao"),
        ("tn", "Bảng xếp hạng Thu nhận", "theo % chỉ tiêu được giao"),
        ("Hồ sơ", "Bảng xếp hạng Thu nhận", "theo % chỉ tiêu được giao"),
        ("HÔM NAY thu nhận", "Bảng xếp hạng Thu nhận", "theo số trong ngày"),
        ("thu nhận hôm nay", "Bảng xếp hạng Thu nhận", "theo số trong ngày"),
        ("tỷ lệ", "Bảng xếp hạng Kích hoạt", "theo % chỉ tiêu được giao"),
        ("tien bo", "Bảng xếp hạng Kích hoạt", "7 ngày qua tăng so với 7 ngày trước đó"),
        ("đúng giờ", "Bảng xếp hạng báo cáo đúng giờ", "số ngày đúng giờ liên tiếp"),
    ],
)
async def test_kind_and_metric_are_named_in_any_order(bot: Stage, words: str, title: str, rule: str) -> None:
    answer = await bot.say(await bot.join(AN_HOI), f"/bxh {words}")
    assert answer.startswith(f"🏆 {title} · Thành phố Bến Tre\nThứ Sáu 01-12-2023 · {rule} · lúc 08:00\n")


async def test_a_word_that_is_neither_is_answered_with_what_there_is(bot: Stage) -> None:
    assert await bot.say(await bot.join(AN_HOI), "/bxh <b>xyz") == (
        "Không hiểu «<b>xyz». Ghi loại bảng (tỷ lệ, hôm nay, tiến bộ, đúng giờ) và mã chỉ tiêu (tn, kh),"
        " ví dụ: /bxh hôm nay tn"
    )


async def test_the_progress_board_waits_for_two_weeks_of_the_campaign(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 8), campaigns=[cast.campaign(starts=cast.TODAY)]) as bot:
        assert (await bot.say(await bot.join(AN_HOI), "/bxh tiến bộ")).startswith("Bảng tiến bộ so 7 ngày qua")


async def test_a_rate_is_ranked_by_itself(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=[cast.campaign(metrics=[*cast.METRICS, RATE])]) as bot:
        answer = await bot.say(await bot.join(AN_HOI), "/bxh tyle")
        assert "· theo tỷ lệ ·" in answer
        assert "1. Phường Phú Khương: 83,3%\n2. Phường An Hội: 79,9%\n3. Xã Sơn Đông: 66,7%\n" in answer


async def test_a_unit_alone_has_no_board(tmp_path: Path) -> None:
    roster = "\n".join(cast.ROSTER.splitlines()[:5]).replace("CT,Huyện Châu Thành,huyen,BT,,,,,,\n", "")
    async with stage(tmp_path, roster=roster) as bot:
        answer = await bot.say(await bot.join(AN_HOI), "/bxh")
        assert answer == "Phường An Hội không có đơn vị nào để xếp hạng cùng."


async def test_the_missing_are_listed_by_district_and_the_questioned_apart(bot: Stage) -> None:
    commander, one, two = await bot.commander("BT"), await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    await bot.say(one, "45 30")
    await bot.say(two, "501 30")
    assert await bot.say(commander, "/thieu") == (
        "📭 Chưa báo cáo · Bến Tre\n"
        "Thứ Sáu 01-12-2023 · đã có 1/5 đơn vị\n"
        "Thành phố Bến Tre (1): Xã Sơn Đông\n"
        "Huyện Châu Thành (2): Thị trấn Châu Thành, Xã Giao Long\n"
        "Đã gửi nhưng chờ xác nhận: Phường Phú Khương"
    )


async def test_when_nobody_is_missing_it_says_so(bot: Stage) -> None:
    commander, officer = await bot.commander("CT"), await bot.join(GIAO_LONG)
    other = await bot.join("CT-01")
    await bot.say(officer, "45 30")
    assert await bot.say(officer, "/thieu") == "✅ Xã Giao Long · thứ Sáu 01-12-2023: đã có báo cáo."
    await bot.say(other, "0 0")
    assert await bot.say(commander, "/thieu") == ("✅ Huyện Châu Thành · thứ Sáu 01-12-2023: đủ báo cáo của 2 đơn vị.")


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        ("hôm qua", "📭 Không báo cáo · Phường An Hội\nThứ Năm 30-11-2023 · đã có 0/1 đơn vị\nPhường An Hội"),
        ("14/11", "Thứ Ba 14-11-2023 nằm ngoài chiến dịch (15-11-2023 – 15-12-2023)."),
        ("31/2", "Không có ngày «31/2». Ghi ngày như 14/11 hoặc hôm qua. Ví dụ: /thieu hôm qua"),
        ("an hội", "Không hiểu «an hội». Sau lệnh chỉ ghi ngày, ví dụ: /thieu hôm qua"),
    ],
)
async def test_any_day_can_be_asked_about(bot: Stage, day: str, answer: str) -> None:
    assert await bot.say(await bot.join(AN_HOI), f"/thieu {day}") == answer


async def test_on_a_day_off_nobody_is_missing(tmp_path: Path) -> None:
    async with stage(tmp_path, calendar={"working_days": ["mon"]}) as bot:
        answer = await bot.say(await bot.join(AN_HOI), "/thieu")
        assert answer == "Thứ Sáu 01-12-2023 là ngày nghỉ, không phải báo cáo."


async def test_the_plan_says_what_each_day_asks_for(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(12, 8), calendar={"working_days": ["tue", "wed", "fri"]}) as bot:
        assert await bot.say(await bot.join(AN_HOI), "/kehoach") == (
            "🗓 Kế hoạch · Phường An Hội · còn 3 ngày đến 15-12-2023\n"
            "Thu nhận: 1.189 · còn thiếu 811, cần 406/ngày làm việc\n"
            "Kích hoạt: 950 · còn thiếu 1.050, cần 525/ngày làm việc\n"
            "\n"
            "Phần việc 3 ngày tới:\n"
            "Thứ Tư 13-12-2023: Thu nhận 406 · Kích hoạt 525\n"
            "Thứ Năm 14-12-2023: nghỉ\n"
            "Thứ Sáu 15-12-2023: Thu nhận 405 · Kích hoạt 525"
        )


async def test_after_five_days_the_plan_has_a_forecast(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 8), campaigns=[cast.campaign(starts=cast.TODAY)]) as bot:
        officer = await bot.join(AN_HOI)
        await days_of(bot, officer, *["90 40"] * 4)
        bot.clock.set(at(5, 8))
        assert "dự báo" not in await bot.say(officer, "/kehoach")
        await bot.say(officer, "90 40")
        bot.clock.set(at(6, 8))
        assert (await bot.say(officer, "/kehoach")).splitlines()[1:5] == [
            "Thu nhận: 1.639 · còn thiếu 361, cần 41/ngày",
            "↳ dự báo đến hạn: khoảng 2.539 · về đích ngày 10-12-2023",
            "Kích hoạt: 1.150 · còn thiếu 850, cần 95/ngày",
            "↳ dự báo đến hạn: khoảng 1.550",
        ]


async def test_the_countdown_answers_at_once(bot: Stage) -> None:
    assert await bot.say(await bot.join(AN_HOI), "/demnguoc") == (
        "⏳ Còn 14 ngày đến 15-12-2023 · Phường An Hội\n"
        "Thu nhận: còn thiếu 811 · cần 58/ngày\n"
        "Kích hoạt: còn thiếu 1.050 · cần 75/ngày"
    )


async def test_after_the_end_the_questions_still_have_answers(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(20, 8)) as bot:
        officer = await bot.join(AN_HOI)
        assert (await bot.say(officer, "/kehoach")).splitlines() == [
            "🗓 Kế hoạch · Phường An Hội · đã kết thúc 15-12-2023",
            "Thu nhận: 1.189 · còn thiếu 811",
            "Kích hoạt: 950 · còn thiếu 1.050",
        ]
        assert (await bot.say(officer, "/demnguoc")).startswith("🏁 Đã hết hạn 15-12-2023 · Phường An Hội")
        assert "Thứ Sáu 15-12-2023 · theo % chỉ tiêu được giao · đã chốt" in await bot.say(officer, "/bxh")
        assert (await bot.say(officer, "/thieu")).startswith("📭 Không báo cáo · Phường An Hội\nThứ Sáu 15-12-2023")


SCHEDULE: list[dict[str, Any]] = [
    {"job": "countdown", "at": "07:00"},
    {"job": "board", "at": ["17:05", "23:00"]},
    {"job": "milestone", "at": "18:00"},
]


async def test_a_commander_sees_the_next_sends_below_and_what_was_skipped(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 8), campaigns=[cast.campaign(schedule=SCHEDULE)]) as bot:
        boss, commander = await bot.commander("BT"), await bot.commander("TP")
        await bot.group("BT", boss, title="Tỉnh")
        await bot.group("TP", commander, title="Thành phố")
        await bot.group(AN_HOI, commander, title="An Hội")
        bot.clock.set(at(2, 16))
        await bot.look()
        assert await bot.say(commander, "/lich") == (
            "📅 Lịch gửi trong 2 ngày tới\n"
            "Thứ Bảy 02-12-2023\n"
            "17:05 Bảng xếp hạng · 2 nhóm: Thành phố, An Hội\n"
            "18:00 Cột mốc · hiện không có gì để gửi\n"
            "Chủ Nhật 03-12-2023\n"
            "06:30 Bảng xếp hạng · hiện không có gì để gửi\n"
            "07:00 Đếm ngược · 2 nhóm: Thành phố, An Hội\n"
            "17:05 Bảng xếp hạng · 2 nhóm: Thành phố, An Hội\n"
            "18:00 Cột mốc · hiện không có gì để gửi\n"
            "Thứ Hai 04-12-2023\n"
            "06:30 Bảng xếp hạng · hiện không có gì để gửi\n"
            "07:00 Đếm ngược · 2 nhóm: Thành phố, An Hội\n"
            "\n"
            "Đã bỏ qua trong 7 ngày\n"
            "02-12-2023 07:00 Đếm ngược: quá muộn để gửi\n"
            "01-12-2023 23:00 Bảng xếp hạng: quá muộn để gửi\n"
            "01-12-2023 18:00 Cột mốc: quá muộn để gửi\n"
            "01-12-2023 17:05 Bảng xếp hạng: quá muộn để gửi"
        )


async def test_looking_ahead_writes_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path, start=at(1, 8), campaigns=[cast.campaign(schedule=SCHEDULE)]) as bot:
        boss = await bot.commander("BT")
        await bot.group("BT", boss)
        await bot.say(boss, "/lich")
        tables = ("boards", "milestones", "job_runs")
        assert not await bot.store.read(
            lambda tx: [row for table in tables for row in tx.all(f"SELECT * FROM {table}")]
        )


async def test_without_a_schedule_nothing_is_to_be_sent(bot: Stage) -> None:
    answer = await bot.say(await bot.commander("BT"), "/lich")
    assert answer == "📅 Lịch gửi trong 2 ngày tới\nKhông có lần gửi nào."


ENGLISH = {
    "/board": "🏆 Kích hoạt: standings · Thành phố Bến Tre\nFriday 01-12-2023 · by share of target · at 08:00\n",
    "/board on time": "🏆 Reporting on time: standings · Thành phố Bến Tre\nFriday 01-12-2023 · days in a row on time",
    "/board x": "«x» is not understood. Name a kind (share, today, progress, on time)",
    "/missing": "📭 Not reported yet · Phường An Hội\nFriday 01-12-2023 · 0/1 units have\nPhường An Hội",
    "/plan": (
        "🗓 Plan · Phường An Hội · 14 days to 15-12-2023\n"
        "Thu nhận: 1,189 · 811 to go, 58 a day needed\n"
        "Kích hoạt: 950 · 1,050 to go, 75 a day needed\n"
        "\n"
        "Due in the next 7 days:\n"
        "Saturday 02-12-2023: Thu nhận 58 · Kích hoạt 75\n"
    ),
}


@pytest.mark.parametrize(("command", "answer"), ENGLISH.items(), ids=ENGLISH)
async def test_the_same_in_english(tmp_path: Path, command: str, answer: str) -> None:
    async with stage(tmp_path, language="en") as bot:
        assert (await bot.say(await bot.join(AN_HOI), command)).startswith(answer)


async def test_the_schedule_in_english(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", start=at(2, 8), campaigns=[cast.campaign(schedule=SCHEDULE[:1])]) as bot:
        boss = await bot.commander("BT")
        await bot.group("BT", boss, title="Tỉnh")
        bot.clock.set(at(3, 16))
        await bot.look()
        assert await bot.say(boss, "/schedule") == (
            "📅 To be sent in the next 2 days\n"
            "Monday 04-12-2023\n"
            "07:00 Countdown · 1 group: Tỉnh\n"
            "Tuesday 05-12-2023\n"
            "07:00 Countdown · 1 group: Tỉnh\n"
            "\n"
            "Skipped in the last 7 days\n"
            "03-12-2023 07:00 Countdown: too late to send"
        )


IN_THE_GROUP = {
    "bxh": "🏆 Bảng xếp hạng Kích hoạt · Thành phố Bến Tre\n",
    "thieu": "📭 Chưa báo cáo · Thành phố Bến Tre\n",
    "kehoach": "🗓 Kế hoạch · Thành phố Bến Tre · ",
    "demnguoc": "⏳ Còn 14 ngày đến 15-12-2023 · Thành phố Bến Tre\n",
}


@pytest.mark.parametrize(("command", "answer"), IN_THE_GROUP.items(), ids=IN_THE_GROUP)
async def test_a_group_gets_answers_for_its_unit_whoever_asks(bot: Stage, command: str, answer: str) -> None:
    commander, officer = await bot.commander("BT"), await bot.join(AN_HOI)
    group = await bot.group("TP", commander, officer)
    group.say(officer, f"/{command}@tiendo_bot")
    await bot.settle()
    assert group.last().text.startswith(answer)
