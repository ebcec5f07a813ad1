"""Reminders: who is reminded, when, in which words, and who is left alone."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.botapi import Fault
from bot.rehearsal.botapi.people import User
from storage import ledger
from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG, SON_DONG
from tests.stage import Stage, stage

LADDER = [{"job": "remind", "at": ["15:00", "16:30"]}]

TWO = [
    cast.campaign(schedule=LADDER),
    cast.campaign(code="dvc", name="Dịch vụ công", schedule=LADDER, metrics=[{"code": "gd", "name": "Giao dịch"}]),
]


def reminding(**changes: Any) -> dict[str, Any]:
    """Return a config whose campaign reminds at 15:00 and 16:30."""
    return {"campaigns": [cast.campaign(**{"schedule": LADDER, **changes})]}


def reminders(user: User) -> list[str]:
    """Return the reminders that somebody was sent."""
    return [message.text for message in user.private.from_bots() if message.text.startswith(("🔔 Phường", "🔔 Xã"))]


async def test_a_reminder_says_what_is_missing_and_until_when(tmp_path: Path) -> None:
    async with stage(tmp_path, **reminding()) as bot:
        officer = await bot.join(AN_HOI)
        await bot.turn_to(time(15, 0))
        message = officer.private.last()
    assert message.text == (
        "🔔 Phường An Hội chưa có báo cáo hôm nay\n"
        "Chốt lúc 17:00.\n"
        "Gửi số liệu trong một dòng, hoặc bấm nút dưới đây. Bớt nhắc: /nhac"
    )
    assert message.buttons == [["Hôm nay 0", "Báo cáo"]]


async def test_its_button_records_a_day_without_results(tmp_path: Path) -> None:
    async with stage(tmp_path, **reminding()) as bot:
        officer = await bot.join(AN_HOI)
        await bot.turn_to(time(15, 0))
        assert "Đã ghi nhận #" in await bot.press(officer, officer.private.last(), "Hôm nay 0")
        await bot.turn_to(time(16, 30))
        assert len(reminders(officer)) == 1


async def test_whoever_has_reported_is_left_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, **reminding()) as bot:
        officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
        await bot.say(officer, "45 30")
        await bot.turn_to(time(17, 0))
        assert (len(reminders(officer)), len(reminders(other))) == (0, 2)


async def test_the_colleague_of_whoever_reported_is_left_alone_unless_both_are_to_report(tmp_path: Path) -> None:
    for policy, times in (("one_per_unit", 0), ("sum_of_officers", 2)):
        folder = tmp_path / policy
        folder.mkdir()
        async with stage(folder, **reminding(policy=policy)) as bot:
            officer, other = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
            await bot.say(officer, "45 30")
            await bot.turn_to(time(17, 0))
            assert (len(reminders(officer)), len(reminders(other))) == (0, times)


async def test_leave_silences_a_person_and_a_day_off_everybody(tmp_path: Path) -> None:
    config = {**reminding(), "calendar": {"working_days": ["fri", "mon"]}}
    async with stage(tmp_path, **config) as bot:
        officer, other = await bot.join(AN_HOI, "Lan"), await bot.join(AN_HOI, "Minh")
        await bot.say(officer, "/nghi đến 04-12")
        await bot.turn_to(time(20, 0), date(2023, 12, 4))
        assert (len(reminders(officer)), len(reminders(other))) == (0, 4)


async def test_several_campaigns_make_one_message_and_one_line_of_the_ledger_each(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=TWO) as bot:
        officer = await bot.join(AN_HOI)
        await bot.turn_to(time(15, 0))
        assert officer.private.last().text == (
            "🔔 Phường An Hội chưa có báo cáo hôm nay\n"
            "Cao điểm kích hoạt tài khoản định danh điện tử: chốt lúc 17:00.\n"
            "Dịch vụ công: chốt lúc 17:00.\n"
            "Gửi số liệu trong một dòng, hoặc bấm nút dưới đây. Bớt nhắc: /nhac"
        )
        assert len(reminders(officer)) == 1
        rows = await bot.store.read(
            lambda tx: tx.all("SELECT campaign, outbox FROM job_runs WHERE chat <> ? ORDER BY 1", (ledger.WHOLE,))
        )
    assert [row["campaign"] for row in rows] == ["dvc", "vneid"]
    assert rows[0]["outbox"] == rows[1]["outbox"]


async def test_only_what_is_still_owed_is_named(tmp_path: Path) -> None:
    async with stage(tmp_path, campaigns=TWO) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, "vneid 45 30")
        await bot.turn_to(time(15, 0))
        assert len(reminders(officer)) == 1
        message = officer.private.last()
        assert message.text.splitlines()[1] == "Chốt lúc 17:00."  # the only one need not be named
        assert "Đã ghi nhận #" in await bot.press(officer, message, "Hôm nay 0")


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("nhẹ", ["16:30"]),
        ("vừa", ["15:00", "16:30"]),
        ("đủ", ["15:00", "16:30", "16:45"]),
        ("tắt", []),
        ("tắt đến 16:00", ["16:30"]),
        ("tắt đến 14-12", []),
        ("bật", ["15:00", "16:30"]),
    ],
)
async def test_everybody_is_reminded_as_they_asked(tmp_path: Path, said: str, times: list[str]) -> None:
    eve = datetime(2023, 12, 14, 1, 0, tzinfo=UTC)
    async with stage(tmp_path, start=eve, **reminding()) as bot:
        officer = await bot.join(AN_HOI)
        await bot.say(officer, f"/nhac {said}")
        await bot.turn_to(time(18, 0))
        rows = await bot.store.read(lambda tx: tx.all("SELECT slot FROM job_runs WHERE chat <> 0 ORDER BY slot"))
    assert [row["slot"] for row in rows] == times


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("nhẹ", "🔔 Mức nhắc: nhẹ, chỉ lần nhắc cuối trong ngày.\n"),
        ("", "🔔 Mức nhắc: vừa, theo lịch của chiến dịch.\n"),
        (
            "tắt đến 20:00",
            "🔔 Tạm tắt nhắc đến 20:00 thứ Sáu 01-12-2023.\nSau đó: vừa, theo lịch của chiến dịch.\n",
        ),
        (
            "tắt đến 05-12",
            "🔔 Tạm tắt nhắc đến hết thứ Ba 05-12-2023.\nSau đó: vừa, theo lịch của chiến dịch.\n",
        ),
        ("tắt", "🔔 Mức nhắc: tắt, không nhắc.\n"),
        ("to lên", "Bot chưa hiểu mức nhắc."),
        ("tắt đến 31-02", "Bot chưa hiểu mức nhắc."),
    ],
)
async def test_the_answer_says_what_holds_now(bot: Stage, said: str, answer: str) -> None:
    officer = await bot.join(AN_HOI)
    assert (await bot.say(officer, f"/nhac {said}")).startswith(answer)


async def test_quiet_until_eight_means_tomorrow_once_it_is_nine(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    bot.clock.set(datetime(2023, 12, 1, 14, 0, tzinfo=UTC))
    assert "20:00 thứ Bảy 02-12-2023" in await bot.say(officer, "/nhac tắt đến 20h")


async def test_the_last_day_is_named_and_a_late_one_says_so(tmp_path: Path) -> None:
    last = datetime(2023, 12, 15, 1, 0, tzinfo=UTC)
    async with stage(tmp_path, start=last, **reminding()) as bot:
        officer = await bot.join(AN_HOI)
        await bot.look()
        bot.clock.set(datetime(2023, 12, 15, 10, 15, tzinfo=UTC))
        await bot.look()
        (text,) = reminders(officer)
        assert text == (
            "🔔 Phường An Hội chưa có báo cáo hôm nay\n"
            "Đã quá giờ chốt 17:00, báo muộn vẫn được tính. Hôm nay là hạn cuối.\n"
            "Gửi số liệu trong một dòng, hoặc bấm nút dưới đây. Bớt nhắc: /nhac\n"
            "⏰ Gửi muộn do bot bị gián đoạn."
        )


async def test_a_report_takes_back_the_reminder_that_still_waits(tmp_path: Path) -> None:
    async with stage(tmp_path, **reminding()) as bot:
        officer = await bot.join(AN_HOI)
        await bot.look()
        bot.server.faults.next("sendMessage", Fault.too_many(60), chat=officer.private.id)
        bot.clock.set(datetime(2023, 12, 1, 8, 0, tzinfo=UTC))
        await bot.app.clockwork.look()
        await bot.app.courier.idle()
        assert "Đã ghi nhận #" in await bot.say(officer, "45 30")
        assert reminders(officer) == []


async def test_english_says_the_same(tmp_path: Path) -> None:
    async with stage(tmp_path, language="en", **reminding()) as bot:
        officer = await bot.join(SON_DONG)
        await bot.turn_to(time(15, 0))
        assert officer.private.last().text == (
            "🔔 Xã Sơn Đông has not reported today\n"
            "The cut-off is at 17:00.\n"
            "Send the numbers in one line, or press a button. Fewer reminders: /remind"
        )
