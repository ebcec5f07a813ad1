"""The stream: every open page learns what changes, once it has changed and not before."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.clocks import ManualClock
from bot.rehearsal.page import stream
from bot.rehearsal.page.stream import Feed


@pytest.fixture
def server() -> BotApiServer:
    return BotApiServer(ManualClock(datetime(2023, 12, 1, tzinfo=UTC)))


@pytest.fixture
def feed(server: BotApiServer) -> Feed:
    return Feed(server, lambda chat: {"id": chat.id}, lambda message: {"id": message.message_id})


async def heard(feed: Feed, listening: stream.Subscription) -> list[tuple[str, Any]]:
    """Return what has been told since the last time."""
    feed.look()
    found = []
    while (event := await listening.next(0.01)) != b": \n\n":
        assert event is not None
        name, data = event.decode().removesuffix("\n\n").split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_page_that_comes_late_learns_how_everything_stands(server: BotApiServer, feed: Feed) -> None:
    an = server.world.add_user("An")
    an.private.send("45 30")
    feed.tell("hours", {"time": "08:00"})
    assert await heard(feed, feed.listen()) == [("chats", [{"id": an.id}]), ("hours", {"time": "08:00"})]


async def test_only_what_is_new_edited_pinned_or_gone_is_told(server: BotApiServer, feed: Feed) -> None:
    an = server.world.add_user("An")
    first, second = an.private.send("45 30"), an.private.send("46 31")
    listening = feed.listen()
    await heard(feed, listening)
    an.edit(first, "45 31")
    assert [told["messages"] for _, told in await heard(feed, listening)] == [[{"id": first.message_id}]]
    an.private.pinned.append(second)
    assert [told["messages"] for _, told in await heard(feed, listening)] == [[{"id": second.message_id}]]
    an.private.remove(first)
    assert [told["gone"] for _, told in await heard(feed, listening)] == [[first.message_id]]
    assert await heard(feed, listening) == []


async def test_what_stands_already_is_not_told_again(feed: Feed) -> None:
    listening = feed.listen()
    await heard(feed, listening)
    feed.tell("trouble", {"dark": False})
    feed.tell("trouble", {"dark": False})
    assert await heard(feed, listening) == [("trouble", {"dark": False})]


async def test_a_page_that_does_not_read_is_let_go(feed: Feed) -> None:
    listening = feed.listen()
    for number in range(stream.MOST_WAITING + 5):
        feed.tell("hours", number)
    told = [await listening.next(0.01) for _ in range(stream.MOST_WAITING)]
    assert told[-1] is None


async def test_the_feed_looks_by_itself_when_the_world_changes(server: BotApiServer, feed: Feed) -> None:
    running, listening = asyncio.create_task(feed.run()), feed.listen()
    await listening.next(1)
    server.world.add_user("An").private.send("45 30")
    told = await listening.next(2)
    running.cancel()
    assert told is not None
    assert told.startswith(b"event: chat\n")
