"""V2: admins are told of trouble, once an hour for each kind, and nothing of what anybody said."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.rehearsal.botapi import Fault, User
from handlers.alerting import Trouble
from handlers.desk import Desk
from storage.errors import StoreFailed
from storage.sqlite import Store
from tests.cast import AN_HOI
from tests.web.served import Served, served_anew

HOUR_S = 3_600


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Served]:
    """Return a bot that is attended to."""
    async with served_anew(tmp_path, webhook=True) as bot:
        yield bot


def told(admin: User, kind: str) -> list[str]:
    """Return what an admin has read of a kind; a machine that is busy testing may have troubles of its own."""
    return [each.text for each in admin.private.from_bots() if each.text.endswith(f"loại: {kind}")]


async def broken(bot: Served, number: int) -> None:
    """Let an update come that makes no sense."""
    await bot.post({"update_id": number, "message": {"chat": 5, "text": "bí mật"}})
    await bot.settle()


async def test_V2_a_kind_is_told_once_an_hour_with_how_often_it_was(bot: Served) -> None:
    admin = await bot.admin()
    for number in (700, 701, 702):
        await broken(bot, number)
    assert len(told(admin, "update")) == 1
    bot.clock.advance(HOUR_S)
    await broken(bot, 703)
    assert "3 lần từ lần báo trước" in told(admin, "update")[1]
    assert "bí mật" not in "".join(told(admin, "update"))


async def test_V2_each_kind_is_told_by_itself(bot: Served) -> None:
    admin = await bot.admin()
    assert bot.app.service is not None
    bot.app.service.alerts.note(Trouble.PUSH, "board 17:05")
    bot.app.service.alerts.note(Trouble.BACKUP, "OSError")
    while not (told(admin, "push") and told(admin, "backup")):
        bot.clock.advance(1)
        await bot.settle()
    assert "Chưa sao lưu được\nOSError\n" in told(admin, "backup")[0]


async def test_D9_the_code_in_the_apology_and_in_the_alert_stands_in_the_log(
    bot: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, admin = await bot.join(AN_HOI), await bot.admin()

    def fail(*_: Any) -> None:
        raise RuntimeError("45 30")

    monkeypatch.setattr(Desk, "receive", fail)
    with structlog.testing.capture_logs() as logs:
        officer.private.send("45 30")
        while not told(admin, "update"):
            bot.clock.advance(1)
            await bot.settle()
    (code,) = {each["code"] for each in logs if each["event"] == "update given up"}
    assert code in officer.private.last().text
    assert f"Mã: {code}" in told(admin, "update")[0]
    assert "45 30" not in str(logs)


async def test_S1_a_disk_that_was_full_is_told_of_when_it_takes_data_again(
    bot: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await bot.admin()
    commit = "storage.sqlite.commit_together"
    with monkeypatch.context() as patch:
        patch.setattr(commit, lambda _, units, __: [(None, StoreFailed("disk full"))] * len(units))
        assert (await bot.post({"update_id": 700}))[0] == 503
        bot.clock.advance(5)
    while not told(admin, "store"):
        bot.clock.advance(1)
        await bot.settle()
    assert "Đã có lúc không ghi được dữ liệu" in told(admin, "store")[0]


async def test_what_the_messenger_cannot_deliver_is_told(bot: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await bot.admin()
    write = Store.write

    async def full(*_: Any) -> None:
        raise StoreFailed("disk full")

    monkeypatch.setattr(Store, "write", full)
    admin.private.send("chào")
    webhook = bot.server.api.webhooks[bot.server.bot.id]
    await bot.server.until(lambda: webhook.last_error != "")
    monkeypatch.setattr(Store, "write", write)
    async with asyncio.timeout(30):
        while not told(admin, "webhook"):
            bot.clock.advance(1)
            await asyncio.sleep(0)
    assert "Wrong response from the webhook: 503" in told(admin, "webhook")[0]


async def test_T23_somebody_else_who_receives_with_the_token_is_told_of(tmp_path: Path) -> None:
    async with served_anew(tmp_path) as bot:
        admin = await bot.admin()
        for _ in range(4):
            bot.server.faults.next("getUpdates", Fault.error(409, "Conflict: terminated by other getUpdates request"))
        admin.private.send("chào")
        async with asyncio.timeout(30):
            while not told(admin, "contested"):
                bot.clock.advance(1)
                await asyncio.sleep(0)
        assert "cùng mã bot" in told(admin, "contested")[0]
