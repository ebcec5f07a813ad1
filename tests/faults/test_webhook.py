"""H10, H11, D2 and their like: deliveries by webhook, honest and hostile."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.botapi import User
from bot.web import server, webhook
from bot.web.webhook import SECRET_HEADER
from storage.errors import StoreFailed
from storage.sqlite import Store
from tests.cast import AN_HOI, PHU_KHUONG
from tests.stage import backstage, perform
from tests.web.served import SECRET, Served, free_port, hooked, served, served_anew


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Served]:
    """Return a bot to which updates are delivered."""
    async with served_anew(tmp_path, webhook=True) as bot:
        yield bot


async def entries(bot: Served) -> int:
    return int(await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")))


async def states(bot: Served) -> list[str]:
    rows = await bot.store.read(lambda tx: tx.all("SELECT state FROM updates ORDER BY id"))
    return [row["state"] for row in rows]


def line(user: User, number: int, text: str = "45 30") -> dict[str, Any]:
    """Return an update of our own making, as the server would word it."""
    person = {"id": user.id, "is_bot": False, "first_name": "An"}
    chat = {"id": user.id, "type": "private", "first_name": "An"}
    message = {"message_id": number, "date": 1701392400, "chat": chat, "from": person, "text": text}
    return {"update_id": number, "message": message}


async def test_a_report_that_is_delivered_has_its_receipt(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    assert "Đã ghi nhận #" in await bot.say(officer, "45 30")
    assert bot.server.calls["getUpdates"] == 0


async def test_the_answer_comes_after_the_commit(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    assert await bot.post(line(officer, 700)) == (200, "")
    assert await entries(bot) == 1


async def test_a_delivery_is_answered_with_503_while_the_store_fails_and_comes_again(
    bot: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, write = await bot.join(AN_HOI), Store.write

    async def full(*_: Any) -> None:
        raise StoreFailed("database or disk is full")

    monkeypatch.setattr(Store, "write", full)
    assert (await bot.post(line(officer, 700)))[0] == 503
    monkeypatch.setattr(Store, "write", write)
    assert (await bot.post(line(officer, 700)))[0] == 200
    assert await entries(bot) == 1


async def test_D1_a_delivery_that_comes_twice_is_confirmed_twice_and_counted_once(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    assert [(await bot.post(line(officer, 700)))[0] for _ in range(2)] == [200, 200]
    await bot.settle()
    assert await entries(bot) == 1
    assert len([m for m in officer.private.from_bots() if "Đã ghi nhận #" in m.text]) == 1


async def test_deliveries_that_come_together_share_commits(bot: Served) -> None:
    officers = [await bot.join(unit, f"Cán bộ {n}") for n, unit in enumerate([AN_HOI, PHU_KHUONG] * 10)]
    answers = await asyncio.gather(*(bot.post(line(each, 700 + n)) for n, each in enumerate(officers)))
    assert {status for status, _ in answers} == {200}
    await bot.settle()
    assert 'tiendo_commit_units_bucket{le="1.0"} ' in (await bot.get("metrics"))[1]
    assert bot.app.service is not None
    assert (bot.app.service.metrics.registry.get_sample_value("tiendo_commit_units_sum") or 0) > (
        bot.app.service.metrics.registry.get_sample_value("tiendo_commit_units_count") or 0
    )


async def test_D6_a_poison_delivery_is_stored_and_confirmed_and_the_admin_told_once(bot: Served) -> None:
    admin = await bot.admin()
    for number in (700, 701):
        assert await bot.post({"update_id": number, "message": {"chat": 5, "text": "45 30"}}) == (200, "")
    await bot.settle()
    assert (await states(bot)).count("dead") == 2
    told = [each.text for each in admin.private.from_bots() if "Có tin không xử lý được" in each.text]
    assert len(told) == 1
    assert "loại: update" in told[0]


@pytest.mark.parametrize("secret", [None, "", "a-Secret_of_the_test", "b" * 5_000, "ạ"])
async def test_H11_without_the_secret_nothing_is_taken_and_nothing_said(bot: Served, secret: str | None) -> None:
    before = await states(bot)
    headers = {} if secret is None else {SECRET_HEADER: secret.encode().decode("latin-1")}
    assert await bot.post({"update_id": 700}, headers=headers) == (403, "")
    assert await states(bot) == before


HEADERS = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}


async def _in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b"[" * 65_536


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"data": io.BytesIO(b" " * 10_000_000), "headers": HEADERS}, 413),
        ({"data": b"[" * 20_000 + b"]" * 20_000, "headers": HEADERS}, 400),
        ({"data": b'{"update_id": 700, "x": ' + b"[" * 99 + b"]" * 99 + b"}", "headers": HEADERS}, 400),
        ({"data": b"\xff\xfe{}", "headers": HEADERS}, 400),
        ({"data": b'{"update_id": ' + b"9" * 5_000 + b"}", "headers": HEADERS}, 400),
        ({"data": b"{}", "headers": HEADERS | {"Content-Type": "text/plain"}}, 415),
        ({"data": b"{}", "headers": HEADERS}, 200),  # without a number there is nothing to repeat
    ],
)
async def test_H10_a_body_that_cannot_be_an_update_is_refused_at_once(
    bot: Served, how: dict[str, Any], status: int
) -> None:
    before = await states(bot)
    assert await bot.post(None, json=None, **how) == (status, "")
    assert await states(bot) == before


async def test_H10_a_body_without_a_length_is_refused_where_it_grows_too_large(bot: Served) -> None:
    assert (await bot.post(None, json=None, data=_in_pieces(4_000_000), headers=HEADERS))[0] == 413


async def test_H10_only_posts_are_heard(bot: Served) -> None:
    assert (await bot.get("telegram"))[0] == 405


async def test_H10_a_slow_body_is_given_up(bot: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "READ_S", 0.1)
    gate = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await gate.wait()

    try:
        async with asyncio.timeout(10):
            assert (await bot.post(None, json=None, data=slow(), headers=HEADERS))[0] == 408
    finally:
        gate.set()


async def test_what_comes_while_the_bot_stops_is_to_come_again(bot: Served) -> None:
    assert bot.app.service is not None
    bot.app.service.close()
    async with bot.session.post(f"{bot.url}/telegram", json={"update_id": 700}, headers=HEADERS) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


async def test_D2_the_same_update_by_poll_and_by_webhook_is_one(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as polling:
            officer = await polling.join(AN_HOI)
            await polling.say(officer, "45 30")
            raw = await polling.store.read(lambda tx: tx.value("SELECT raw FROM updates ORDER BY id DESC"))
        async with served(ready, hooked(ready.config, free_port())) as bot:
            assert (await bot.post(json.loads(raw)))[0] == 200
            await bot.settle()
            assert await entries(bot) == 1


async def test_D2_going_over_to_the_webhook_and_back_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with backstage(tmp_path) as ready:
        async with perform(ready.server, ready.clock, ready.config) as polling:
            officer = await polling.join(AN_HOI)
        officer.private.send("45 30")
        officer.private.send("kh +3")
        async with served(ready, hooked(ready.config, free_port())) as bot:
            assert await entries(bot) == 2
        officer.private.send("kh +4")
        async with perform(ready.server, ready.clock, ready.config) as polling:
            assert "+37" in officer.private.last().text
            await polling.check_sums()


async def test_a_webhook_that_was_taken_away_is_set_again(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    token, sets = bot.server.token, bot.server.calls["setWebhook"]
    async with bot.session.post(f"{bot.server.base_url}/bot{token}/deleteWebhook") as answer:
        assert answer.status == 200
    officer.private.send("45 30")
    bot.clock.advance(61)
    await bot.server.until(lambda: bot.server.calls["setWebhook"] > sets)
    await bot.settle()
    assert "Đã ghi nhận #" in officer.private.last().text


async def test_H10_a_connection_that_never_ends_its_first_line_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "KEEPALIVE_S", 0.2)
    async with served_anew(tmp_path) as bot, asyncio.timeout(20):
        assert bot.app.service is not None
        assert bot.app.service.address is not None
        reader, writer = await asyncio.open_connection(*bot.app.service.address)
        writer.write(b"POST /telegram HTTP/1.1\r\nX-Slow: ")
        assert await reader.read() == b""
        writer.close()


async def test_D15c_a_press_that_overtakes_the_line_before_it_leaves_the_same(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    receipt = officer.private.last()
    (undo,) = [b for row in receipt.reply_markup["inline_keyboard"] for b in row if b["text"] == "Hoàn tác"]  # type: ignore[index]  # it has one
    shown = {"message_id": receipt.message_id, "date": 1701392400, "chat": {"id": officer.id, "type": "private"}}
    person = {"id": officer.id, "is_bot": False, "first_name": "An"}
    press = {"id": "1", "from": person, "message": shown, "chat_instance": "1", "data": undo["callback_data"]}
    for update in ({"update_id": 9_001, "callback_query": press}, line(officer, 9_000, "20 10")):
        assert (await bot.post(update))[0] == 200
    await bot.settle()
    assert "+20" in officer.private.last().text
    await bot.check_sums()
