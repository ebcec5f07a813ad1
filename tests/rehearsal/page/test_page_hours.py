"""The clock of the page: how time passes, and where one can leap to."""

import pytest

from bot.rehearsal.page.hours import Goal
from tests.rehearsal.page.browser import Browser


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
    for number in range(5):
        await browser.order(f"api/chats/{officer}/say", person=officer, text=f"{40 + number} 30")
    chat = browser.rehearsal.world.users[officer].private
    await browser.rehearsal.scene.server.until(lambda: "Thu nhận +44" in chat.last().text, within=20)
    assert browser.rehearsal.hours.speed == 0


async def test_time_passes_at_the_speed_that_was_chosen(browser: Browser) -> None:
    hours = browser.rehearsal.hours
    await browser.order("api/speed", speed=600)
    began = hours.now
    told = await browser.told("hours", 4)
    assert told[-1]["speed"] == 600
    assert (hours.now - began).total_seconds() >= 120


async def test_the_next_pushes_are_those_of_the_schedule(browser: Browser) -> None:
    (told,) = await browser.told("hours")
    assert told["next"][0] == {"job": "countdown", "day": "2023-11-16", "time": "07:00"}
    assert [slot.day.day for slot in browser.rehearsal.hours.next(3)] == [16, 17, 18]


async def test_when_all_is_over_there_is_no_next_push_to_leap_to(browser: Browser) -> None:
    await browser.order("api/leap", goal=Goal.DEADLINE)
    await browser.order("api/leap", goal=Goal.PUSH)
    assert await browser.post("api/leap", goal=Goal.PUSH) == (409, {"error": "behind"})
