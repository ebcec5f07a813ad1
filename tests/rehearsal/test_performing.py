"""What the bot's process does with what the page says to it; here both ends are in one process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.app import running, setting_of
from bot.rehearsal.botapi import BotApiServer
from bot.rehearsal.briefing import Briefing
from bot.rehearsal.clocks import Face, SharedClock
from bot.rehearsal.performing import perform
from bot.rehearsal.scene import import_roster, rehearsed
from bot.rehearsal.wire import Failed, Gone, Wire, open_wire
from storage.errors import StoreFailed
from tests import cast
from tests.stage import QuickPainter, table


@dataclass
class Play:
    """The page's side: its server, clock and wire; `ended` is how the bot's side ends."""

    server: BotApiServer
    clock: SharedClock
    wire: Wire
    ended: "asyncio.Task[None]"
    hurried: asyncio.Event


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[Play]:
    """Run the bot at the other end of a wire."""
    with Face(folder / "face", create=True) as face:
        clock = SharedClock(cast.MORNING, face)
        async with BotApiServer(clock) as server:
            config = rehearsed(cast.config(folder), folder, server)
            await import_roster(config, table(cast.ROSTER, config), cast.MORNING)
            start = partial(running, painter=QuickPainter())
            Briefing(config, setting_of(config), start, cast.MORNING, folder / "face").leave(folder / "briefing")
            ours, theirs = socket.socketpair()
            ready, hurried = asyncio.Event(), asyncio.Event()
            wire = await open_wire(ours, partial(note, ready))
            ended = asyncio.create_task(perform(Briefing.find(folder / "briefing"), theirs, hurried.set))
            serving = asyncio.create_task(wire.run())
            clock.moved = lambda: wire.tell("tick")
            await asyncio.wait_for(ready.wait(), 20)
            try:
                yield Play(server, clock, wire, ended, hurried)
            finally:
                wire.hang_up()
                await asyncio.gather(serving, ended, return_exceptions=True)


async def note(ready: asyncio.Event, do: str, args: dict[str, Any]) -> None:
    assert (do, args) == ("ready", {})
    ready.set()


async def test_an_operation_is_done_and_what_waits_for_its_turn_gets_it_when_time_passes(tmp_path: Path) -> None:
    async with playing(tmp_path) as play:
        issued = await play.wire.ask("invite", role="officer", unit=cast.AN_HOI, uses=1, days=1)
        officer = play.server.world.add_user("Cán bộ")
        officer.private.send(f"/start {issued['code']}")
        for number in range(3):
            officer.private.send(f"{45 + number} 30")
        await play.server.drained()
        for _ in range(10):
            play.clock.advance(1)
            await play.wire.ask("idle")
        await play.wire.ask("look")
        assert "Thu nhận +47" in officer.private.last().text


async def test_when_the_page_is_gone_the_bot_leaves_in_good_order(tmp_path: Path) -> None:
    async with playing(tmp_path) as play:
        play.wire.hang_up()
        await asyncio.wait_for(play.ended, 10)
        assert play.hurried.is_set()


async def test_a_fault_in_a_look_ends_the_bot_as_if_it_had_looked_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path) as play:
        monkeypatch.setattr("bot.clockwork.Clockwork.look", broken)
        with pytest.raises((Failed, Gone)):
            await play.wire.ask("look")
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(play.ended, 10)


async def test_a_look_that_the_medium_refuses_is_only_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(tmp_path) as play:
        monkeypatch.setattr("bot.clockwork.Clockwork.look", full)
        await play.wire.ask("look")
        assert not play.ended.done()


async def broken(_: object) -> None:
    await asyncio.sleep(0)
    raise ZeroDivisionError


async def full(_: object) -> None:
    await asyncio.sleep(0)
    raise StoreFailed("the disk is full")


def test_only_a_briefing_is_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "briefing").write_bytes(b"\x80\x04K\x07.")
    with pytest.raises(TypeError):
        Briefing.find(tmp_path / "briefing")
