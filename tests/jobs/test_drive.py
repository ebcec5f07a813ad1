"""The whole drive from 15-11 to 18-12-2023: every push, to whom, when, and with which figures."""

from collections import Counter
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.domain.figures import number
from tests.jobs.drive import BEATS, SCRIPT, SEED, Drive, backdrop, cast_for
from tests.stage import perform

REMINDER = """\
🔔 {} chưa có báo cáo hôm nay
Chốt lúc 17:00.{}
Gửi số liệu trong một dòng, hoặc bấm nút dưới đây. Bớt nhắc: /nhac"""


def expect_reminders(drive: Drive, day: date) -> None:
    """Assert that at each beat exactly the officers who owe a report were told, each once, and with these words."""
    left = (drive.campaign.deadline - day).days
    urgent = " Hôm nay là hạn cuối." if not left else f" Còn {left} ngày đến hạn." if left <= 3 else ""
    everybody = {officer.id for ward in drive.wards for officer in ward.officers}
    for beat in BEATS:
        owing = [ward for ward in drive.wards if ward.owes(day, beat)]
        told = {officer.id: REMINDER.format(ward.name, urgent) for ward in owing for officer in ward.officers}
        assert drive.told_at(drive.moment(day, beat), everybody) == sorted(told.items()), (day, beat)


def expect_countdown(drive: Drive, day: date) -> None:
    left = (drive.campaign.deadline - day).days
    at = drive.moment(day, time(7, 0))
    told = [each.text.splitlines()[0] for each in drive.pushes(at) if each.chat_id == drive.group.id]
    words = {1: "Chỉ còn 1 ngày", 0: "Hôm nay là hạn cuối", -1: "Đã hết hạn"}.get(
        left, f"Còn {left} ngày đến 15-12-2023"
    )
    wanted = 1 if left in {30, 20, 10, 7, 6, 5, 4, 3, 2, 1, 0, -1} else 0
    assert [words in line for line in told] == [True] * wanted, (day, told)


def expect_summary(drive: Drive, day: date) -> None:
    """Assert that commander and group have the day's figures, to the last one."""
    at = drive.moment(day, time(17, 30))
    reported = sum(1 for ward in drive.wards if (hour := ward.hours[day]) is not None and hour <= time(17, 30))
    expected = sum(1 for ward in drive.wards if not ward.is_away(day))
    for chat in (drive.commander.id, drive.group.id):
        texts = [each.text for each in drive.pushes(at) if each.chat_id == chat and "Tổng hợp" in each.text]
        assert len(texts) == 1, (day, chat, texts)
        assert f"{reported}/{expected}" in texts[0], (day, texts[0])


def expect_few_posts(drive: Drive, day: date) -> None:
    """Assert that the group is not flooded: three posts a day at most, on Mondays the week besides."""
    start = drive.moment(day, time(0, 0))
    sent = drive.bot.server.accepted[drive.curtain :]
    posts = [a for a in sent if a.chat_id == drive.group.id and a.at >= start and a.method.startswith("send")]
    assert len(posts) <= (4 if day.weekday() == 0 else 3), (day, [post.text for post in posts])


def expect_day(drive: Drive, day: date) -> None:
    expect_few_posts(drive, day)
    expect_reminders(drive, day)
    expect_countdown(drive, day)
    expect_summary(drive, day)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_ben_tre_is_played_from_its_first_day_to_its_report(tmp_path: Path) -> None:
    async with backdrop(tmp_path) as (server, clock, config), perform(server, clock, config) as bot:
        drive = await cast_for(bot, SEED)
        await drive.play_all(expect_day)
        expect_countdown(drive, drive.campaign.deadline + timedelta(days=1))
        assert drive.script() == SCRIPT.read_text(encoding="utf-8")
        rows = await bot.store.read(lambda tx: tx.all("SELECT job, chat, day, slot FROM job_runs WHERE chat <> 0"))
        assert max(Counter(map(tuple, rows)).values()) == 1
        sent = {code: sum(ward.sent[code] for ward in drive.wards) for code in ("tn", "kh")}
        answer = await bot.say(drive.commander, "/status")
        for code, baseline in (("tn", 822_139), ("kh", 663_614)):
            assert number(baseline + sent[code], "vi") in answer
        await bot.check_sums()
