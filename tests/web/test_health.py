"""The pages: whether the bot lives, whether it is ready, and what it counts."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest

from bot.app import running
from bot.channels.telegram import TelegramChannel
from bot.cli.failures import explain
from bot.clockwork import by_hand
from bot.rehearsal.botapi import Fault
from bot.service import Serving
from bot.web.server import PortTaken
from storage import held
from tests import cast
from tests.cast import AN_HOI
from tests.stage import QuickPainter, backstage
from tests.web.served import Served, free_port, served

ROOT = Path(__file__).parents[2]
WELL = {"ok": True, "reasons": []}


async def test_a_bot_that_works_lives_and_is_ready(bot: Served) -> None:
    for page in ("healthz", "readyz"):
        status, body = await bot.get(page)
        assert (status, json.loads(body)) == (200, WELL)


async def test_a_task_without_life_is_named(bot: Served) -> None:
    bot.server.faults.always("getUpdates", Fault.hang_before())
    bot.server.world.add_user("An").private.send("chào")
    await bot.server.until(lambda: bot.server.faults.hanging > 0)
    bot.clock.advance(1_000)
    status, body = await bot.get("healthz")
    assert (status, json.loads(body)["ok"]) == (503, False)
    assert "intake shows no life" in json.loads(body)["reasons"]


async def test_without_an_answer_of_the_messenger_it_lives_but_is_not_ready(tmp_path: Path) -> None:
    async with backstage(tmp_path, web={"listen": "127.0.0.1:0"}) as ready:
        ready.server.faults.always("getMe", Fault.html_502())
        config = ready.config
        channel = TelegramChannel(ready.server.token, ready.server.base_url, ready.clock)
        bot = running(config, channel, ready.clock, alarm=by_hand, painter=QuickPainter(), serving=Serving())
        async with bot as (app, _), aiohttp.ClientSession() as session:
            assert app.service is not None
            assert app.service.address is not None
            for page, status in (("healthz", 200), ("readyz", 503)):
                async with session.get(f"http://127.0.0.1:{app.service.address[1]}/{page}") as answer:
                    assert answer.status == status
                    reasons = (await answer.json())["reasons"]
            assert reasons == ["the messenger has not answered yet"]


async def test_restored_data_that_wait_are_not_ready(bot: Served) -> None:
    await bot.store.write(lambda tx: held.begin(tx, 0))
    status, body = await bot.get("readyz")
    assert (status, json.loads(body)["reasons"]) == (503, ["the restored data wait for an admin's word"])
    assert "tiendo_held 1.0" in (await bot.get("metrics"))[1]


async def test_every_number_that_alarms_and_dashboard_use_is_there(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    _, text = await bot.get("metrics")
    used = "".join(
        path.read_text("utf-8") for path in (ROOT / "deploy").glob("*/*") if path.suffix in {".yml", ".json"}
    )
    names = set(re.findall(r"\b(?:tiendo|process)_[a-z_]+[a-z]\b", used)) - {"tiendo_token"}
    assert len(names) > 15
    assert {name for name in names if not re.search(rf"^{name}[ {{]", text, re.MULTILINE)} == set()


async def test_what_was_done_is_counted(bot: Served) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    _, text = await bot.get("metrics")
    for line in (
        'tiendo_updates_total{outcome="done"} 2.0',
        'tiendo_sends_total{outcome="sent",verb="send"} 2.0',
        "tiendo_receipt_seconds_count 1.0",
        "tiendo_answer_seconds_count 2.0",
        'tiendo_units_expected{campaign="vneid"} 5.0',
        'tiendo_units_missing{campaign="vneid"} 4.0',
        "tiendo_backup_age_seconds +Inf",
        "tiendo_ready 1.0",
        "tiendo_held 0.0",
        'tiendo_pushes_total{state="skipped"} 0.0',
    ):
        assert f"\n{line}\n" in text


async def test_the_pages_hold_no_name_and_no_words(bot: Served) -> None:
    officer = await bot.join(AN_HOI, "Nguyễn Văn Kiểm")
    await bot.say(officer, "45 30 # ghi-chú-riêng")
    shown = "".join([(await bot.get(page))[1] for page in ("healthz", "readyz", "metrics")])
    for needle in ("Kiểm", "ghi-chú", str(officer.id), cast.TOKEN, "An Hội"):
        assert needle not in shown


async def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    port = free_port()
    blocking = await asyncio.start_server(lambda _, __: None, "127.0.0.1", port)
    async with blocking, backstage(tmp_path, web={"listen": f"127.0.0.1:{port}"}) as ready:
        with pytest.raises(PortTaken) as raised:
            async with served(ready, ready.config):
                pass
    words = f'[web] nobody can listen at 127.0.0.1:{port} (Address already in use): set another listen, or "" for none'
    assert tuple(explain(raised.value)) == (words, 1)
