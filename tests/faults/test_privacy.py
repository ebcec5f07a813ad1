"""V: what may be known about people and secrets, and by whom: the rows that need the whole bot."""

import sqlite3
from contextlib import closing
from typing import Any

import click
import pytest

from bot.cli import program
from bot.cli.later import Later
from handlers import receipts
from handlers.desk import Desk
from storage import entries, tallies
from tests.cast import AN_HOI, PHU_KHUONG
from tests.stage import Stage

NUMBERS = "gọi 0912 345 678, số định danh 079203001234"


async def test_V5_numbers_of_citizens_in_a_note_are_masked_and_the_officer_is_told(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    receipt = await bot.say(officer, f"45 30 # {NUMBERS}")
    assert receipt.endswith(
        "Ghi chú: gọi •••, số định danh •••\n"
        "🔒 Số định danh, số điện thoại, mã mời trong ghi chú đã được che: bot không giữ lại."
    )
    assert "🔒" not in await bot.say(officer, "46 30 # mưa lớn")


async def test_V5_neither_a_correction_nor_an_override_nor_a_reason_keeps_them(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    await bot.say(officer, f"27/11 45 30 # {NUMBERS}")
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    await bot.say(commander, f"/duyet {ref} không: {NUMBERS}")
    await bot.say(commander, f"/sua {AN_HOI} 45 30 # {NUMBERS}")
    await bot.say(officer, f"12 7 # {NUMBERS}")
    kept = (
        "SELECT (SELECT group_concat(note || reason) FROM requests) || (SELECT group_concat(note) FROM entries)"
        " || (SELECT group_concat(facts) FROM audit)"
    )
    text = await bot.store.read(lambda tx: tx.value(kept))
    assert text.count("•••") >= 8
    assert "345" not in text
    assert "001234" not in text


async def test_V1_a_code_in_somebodys_words_is_kept_nowhere_and_still_opens_the_door(bot: Stage) -> None:
    officer, commander = await bot.join(AN_HOI), await bot.commander("TP")
    link = f"https://t.me/tiendo_bot?start={(code := await bot.code(AN_HOI))}"
    assert "https://t.me/tiendo_bot?start=•••\n🔒" in await bot.say(officer, f"45 30 # {link}")
    await bot.say(officer, f"27/11 45 30 # {link}")
    ref = await bot.store.read(lambda tx: tx.value("SELECT ref FROM requests ORDER BY id DESC"))
    await bot.say(commander, f"/duyet {ref} không: {code}")
    await bot.say(commander, f"/sua {AN_HOI} 46 30 # {code}x")
    await bot.say(commander, f"/thongbao Mời vào {link}, mẫu ở https://docs.google.com/d/{'1BxiMVs0XRA5nFMdKvBd' * 2}")
    await bot.say(officer, f"/start {await bot.code(PHU_KHUONG)}")
    assert "của đơn vị nào" in await bot.say(officer, f"12 7 # {code}")
    with closing(sqlite3.connect(bot.config.storage.path)) as file:
        kept = "\n".join(file.iterdump())
    assert code not in kept
    assert kept.count("•••") > 6
    assert "1BxiMVs0XRA5nFMdKvBd1BxiMVs0XRA5nFMdKvBd" in kept
    await bot.say(bot.server.world.add_user("Người mới"), f"/start {code}")
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM roles")) == 4


def _broken(*said: Any, **facts: Any) -> None:
    raise ValueError(f"Nguyễn Văn Mật 45 30 {said} {facts}")


LAYERS: tuple[tuple[Any, str], ...] = (
    (Desk, "_command"),  # the handler
    (entries, "append"),  # the facts
    (tallies, "settle"),  # what is derived
    (receipts, "_line"),  # what is shown
)


@pytest.mark.parametrize(("owner", "name"), LAYERS, ids=["handler", "facts", "derived", "shown"])
async def test_V2_an_error_in_any_layer_is_told_by_code_and_class_and_without_a_word_of_it(
    bot: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    owner: Any,
    name: str,
) -> None:
    admin, officer = await bot.admin(), await bot.join(AN_HOI, "Nguyễn Văn Mật")
    monkeypatch.setattr(owner, name, _broken)
    officer.private.send("45 30 # riêng tư")
    while not await bot.store.read(lambda tx: tx.value("SELECT 1 FROM updates WHERE state = 'dead'")):
        await bot.settle()
        bot.clock.advance(1)
    await bot.settle()
    told = admin.private.last().text
    code = await bot.store.read(lambda tx: tx.value("SELECT substr(error, -6) FROM updates WHERE state = 'dead'"))
    assert "ValueError" in told
    assert [code in told, code in officer.private.last().text, code in capsys.readouterr().out] == [True] * 3
    for needle in ("Mật", "riêng tư", "45 30", "Traceback", bot.server.token):
        assert needle not in told


@pytest.mark.parametrize(
    "said", ["7fhuQ8gZzYMd4IKs5ZkIBw", "45 7fhuQ8gZzYMd4IKs5ZkIBw", "/status 7fhuQ8gZzYMd4IKs5ZkIBwx"]
)
async def test_V1_a_code_that_is_typed_where_it_does_not_belong_is_not_kept(bot: Stage, said: str) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, said)
    kept = "SELECT (SELECT group_concat(raw) FROM updates) || (SELECT group_concat(payload) FROM outbox)"
    assert "7fhuQ8gZ" not in await bot.store.read(lambda tx: tx.value(kept))


def options(command: click.Command) -> set[str]:
    """Return the names of all options and arguments of a command and of those below it."""
    command = command.command if isinstance(command, Later) else command
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return {param.name or "" for param in command.params}.union(*(options(each) for each in below))


def test_V3_no_command_takes_a_secret_on_its_command_line() -> None:
    found = options(program)
    assert {"config", "log_level", "everybody"} <= found
    assert [name for name in found if "token" in name or "secret" in name or "password" in name] == []
