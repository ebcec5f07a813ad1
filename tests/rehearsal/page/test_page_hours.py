"""The clock of the page: how time passes, and where one can leap to."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.app import running, setting_of
from bot.rehearsal.page import opened
from bot.rehearsal.page.hours import Goal
from tests import cast
from tests.rehearsal.page.browser import Browser
from tests.rehearsal.page.conftest import SCHEDULE
from tests.rehearsal.page.inside import inside
from tests.stage import table


def local(browser: Browser) -> str:
    return f"{browser.rehearsal.hours.now:%d-%m %H:%M}"


@pytest.mark.parametrize(
    ("goals", "there"),
    [
        ("push", "16-11 07:00"),
        ("evening", "15-11 17:30"),
        ("evening evening", "16-11 17:30"),
        ("tomorrow", "16-11 08:00"),
        ("deadline", "15-12 08:00"),
    ],
)
async def test_a_leap_ends_where_it_was_meant_to(browser: Browser, goals: str, there: str) -> None:
    for goal in goals.split():
        await browser.order("api/leap", goal=goal)
    assert local(browser) == there


async def test_a_push_on_the_way_is_sent_at_its_own_time(browser: Browser) -> None:
    *_, group = await browser.phones()
    await browser.order("api/leap", goal="tomorrow")
    said = await browser.last(group)
    assert "29 ngày" in said["text"]
    assert (said["day"], said["time"]) == ("2023-11-16", "07:00")


async def test_what_the_quiet_hours_held_back_is_sent_when_they_end(tmp_path: Path) -> None:
    quiet = {"quiet": ["21:30", "07:15"]}
    config = cast.config(tmp_path, calendar=quiet, campaigns=[cast.campaign(schedule=SCHEDULE)])
    async with opened(config, setting_of(config), table(cast.ROSTER, config), running, engage=inside) as page:
        await page.rehearsal.hours.leap(Goal.TOMORROW)
        (group,) = page.rehearsal.world.groups.values()
        sent = datetime.fromtimestamp(group.last().date, config.zone)
    assert f"{sent:%d-%m %H:%M}" == "16-11 07:15"


async def test_a_leap_to_the_deadline_leaves_out_no_push(browser: Browser) -> None:
    *_, group = await browser.phones()
    before = len(await browser.bubbles(group))
    await browser.order("api/leap", goal="deadline")
    days = [each["day"] for each in (await browser.bubbles(group))[before:]]
    assert len(days) == len(set(days)) == 30


async def test_one_cannot_leap_into_the_past(browser: Browser) -> None:
    await browser.order("api/leap", goal="deadline")
    assert await browser.post("api/leap", goal="deadline") == (409, {"error": "behind"})


async def test_a_stopped_clock_still_lets_the_bot_finish_what_it_says(browser: Browser) -> None:
    officer, *_ = await browser.phones()
    for number in range(3):
        await browser.order(f"api/chats/{officer}/say", person=officer, text=f"{40 + number} 30")
    chat = browser.rehearsal.world.users[officer].private
    await browser.rehearsal.theatre.server.until(lambda: "Thu nhận +42" in chat.last().text, within=20)
    assert browser.rehearsal.hours.speed == 0


async def test_time_passes_at_the_speed_that_was_chosen(browser: Browser) -> None:
    hours = browser.rehearsal.hours
    await browser.order("api/speed", speed=600)
    began = hours.now
    told = await browser.told("hours", 4)
    assert told[-1]["speed"] == 600
    assert (hours.now - began).total_seconds() >= 120


async def test_the_next_pushes_are_those_of_the_schedule(browser: Browser) -> None:
    (told,) = await browser.told("pushes")
    assert told[0] == {"job": "countdown", "day": "2023-11-16", "time": "07:00"}
    assert [slot.day.day for slot in browser.rehearsal.hours.next(3)] == [16, 17, 18]


async def test_when_all_is_over_there_is_no_next_push_to_leap_to(browser: Browser) -> None:
    await browser.order("api/leap", goal=Goal.DEADLINE)
    await browser.order("api/leap", goal=Goal.PUSH)
    assert await browser.post("api/leap", goal=Goal.PUSH) == (409, {"error": "behind"})
