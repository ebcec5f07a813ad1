"""Strangers get one neutral sentence, whatever they say, and not more often than once a minute."""

from functools import partial

import pytest

from storage.sqlite import Tx
from tests.conversations.test_joining import NEUTRAL
from tests.stage import Stage


@pytest.mark.parametrize(
    "text", ["xin chào", "45 30", "đúng", "/status", "/baocao", "/duyet", "/khongco", "/huy", "/start"]
)
async def test_AC1_a_stranger_gets_the_same_neutral_sentence(bot: Stage, text: str) -> None:
    stranger = bot.server.world.add_user("Người lạ")
    assert await bot.say(stranger, text) == NEUTRAL


async def test_AC1_a_stranger_is_answered_once_a_minute(bot: Stage) -> None:
    stranger = bot.server.world.add_user("Người lạ")
    answers = [await bot.say(stranger, "/status") for _ in range(5)]
    bot.clock.advance(61)
    assert [*answers, await bot.say(stranger, "/status")] == [NEUTRAL, "", "", "", "", NEUTRAL]


async def test_AC1_of_a_stranger_only_id_and_time_are_kept(bot: Stage) -> None:
    stranger = bot.server.world.add_user("Nguyễn Văn Lạ")
    await bot.say(stranger, "bí mật")
    for table in ("people", "accounts", "audit", "entries", "dialogues"):
        assert await bot.store.read(partial(Tx.value, sql=f"SELECT count(*) FROM {table}")) == 0
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM chats WHERE title <> ''")) == 0


async def test_AC1_what_a_stranger_shows_forwards_or_edits_is_answered_alike(bot: Stage) -> None:
    stranger = bot.server.world.add_user("Người lạ")
    message = stranger.private.send("a")
    stranger.private.send_media("photo")
    stranger.private.forward(message)
    stranger.edit(message, "b")
    await bot.settle()
    assert [each.text for each in stranger.private.from_bots()] == [NEUTRAL]


async def test_AC13_who_lost_the_post_is_a_stranger_again(bot: Stage) -> None:
    officer = await bot.join("TP-01")
    await bot.say(officer, "45 30")
    await bot.store.write(lambda tx: tx.run("UPDATE roles SET until = 1").rowcount)
    assert await bot.say(officer, "46 30") == NEUTRAL
    assert await bot.store.read(lambda tx: tx.value("SELECT count(*) FROM entries")) == 1
