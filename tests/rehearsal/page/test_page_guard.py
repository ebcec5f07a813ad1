"""Only the page itself is answered: it lies on this machine, where any website can try to reach it."""

import aiohttp
import pytest

from bot.rehearsal.page import Page
from tests.rehearsal.page.browser import Browser


async def test_a_name_that_was_rebound_to_this_machine_gets_nothing(browser: Browser) -> None:
    headers = {"Host": "evil.example:8765"}
    async with browser.session.get(browser.page.url + "api/setting", headers=headers) as answer:
        assert answer.status == 403


async def test_another_websites_page_can_give_no_orders(browser: Browser) -> None:
    headers = {"Origin": "https://evil.example"}
    async with browser.session.post(browser.page.url + "api/speed", json={"speed": 600}, headers=headers) as answer:
        assert answer.status == 403
    assert browser.rehearsal.hours.speed == 0


async def test_a_form_that_poses_as_json_is_refused(browser: Browser) -> None:
    headers = {"Content-Type": "text/plain"}
    async with browser.session.post(browser.page.url + "api/speed", data=b'{"speed": 600}', headers=headers) as answer:
        assert answer.status == 415


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("api/speed", {"speed": "fast"}, 400),
        ("api/speed", {"speed": 7}, 404),
        ("api/join", {"unit": "NOWHERE", "role": "officer"}, 404),
        ("api/join", {"unit": "TP-01", "role": "admin"}, 400),
        ("api/chats/1000001/say", {"person": 1000001, "text": "x" * 5000}, 400),
        ("api/chats/1000001/say", {"person": 1000001, "text": "  "}, 409),
        ("api/chats/1000001/say", {"person": 7, "text": "45"}, 404),
        ("api/chats/1000001/press", {"person": 1000001, "message": 1, "row": 9, "column": 0}, 404),
        ("api/upgrade", {"chat": 1000001}, 409),
    ],
)
async def test_orders_that_make_no_sense_are_refused_by_name(
    browser: Browser, path: str, body: dict[str, object], status: int
) -> None:
    answered, answer = await browser.post(path, **body)
    assert (answered, set(answer)) == (status, {"error"})


async def test_nobody_writes_in_anothers_phone(browser: Browser) -> None:
    officer, commander, _ = await browser.phones()
    status, _ = await browser.post(f"api/chats/{officer}/say", person=commander, text="45 30")
    assert status == 404
    status, _ = await browser.post(f"api/chats/{officer}/press", person=commander, message=2, row=0, column=0)
    assert status == 404


async def test_nobody_edits_what_another_wrote(browser: Browser) -> None:
    officer, commander, group = await browser.phones()
    message = await browser.say(group, commander, "/status@tiendo_bot")
    answer = await browser.post(f"api/chats/{group}/edit", person=officer, message=message, text="/bo@tiendo_bot")
    assert answer == (409, {"error": "not_yours"})


async def test_the_page_may_load_nothing_from_elsewhere(browser: Browser) -> None:
    async with browser.session.get(browser.page.url) as answer:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "https://" not in await answer.text()


async def test_the_page_is_not_offered_to_other_machines(page: Page) -> None:
    assert page.url.startswith("http://127.0.0.1:")


async def test_a_page_on_localhost_by_name_is_the_same_page(browser: Browser) -> None:
    port = browser.page.url.rsplit(":", 1)[1].strip("/")
    headers = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(browser.page.url + "api/speed", json={"speed": 60}, headers=headers) as answer,
    ):
        assert answer.status == 200
