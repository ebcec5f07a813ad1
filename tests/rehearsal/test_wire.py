"""The wire between the page's process and the bot's."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rehearsal.wire import Failed, Gone, Wire, open_wire


class Ends:
    """Both ends of a wire; the far one notes what it was asked, and holds what it is told to hold."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.dropped = asyncio.Event()
        self.near: Wire
        self.far: Wire

    async def answer(self, do: str, args: dict[str, Any]) -> Any:
        self.heard.append(do)
        if do == "hold":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.dropped.set()
                raise
        if do == "break":
            raise ZeroDivisionError
        return args


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    found = Ends()
    one, other = socket.socketpair()
    found.near, found.far = await open_wire(one, found.answer), await open_wire(other, found.answer)
    running = [asyncio.create_task(wire.run()) for wire in (found.near, found.far)]
    yield found
    found.near.hang_up()
    await asyncio.gather(*running)


async def test_what_is_asked_is_answered(ends: Ends) -> None:
    assert await ends.near.ask("say", text="đã rõ", number=3) == {"text": "đã rõ", "number": 3}


async def test_what_is_told_comes_before_what_is_asked_later(ends: Ends) -> None:
    ends.near.tell("tick")
    await ends.near.ask("look")
    assert ends.heard == ["tick", "look"]


async def test_a_long_answer_keeps_nobody_else_waiting(ends: Ends) -> None:
    holding = asyncio.create_task(ends.near.ask("hold"))
    assert await ends.near.ask("say") == {}
    holding.cancel()


async def test_an_answer_that_nobody_waits_for_any_more_is_dropped_at_the_other_end(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await ends.near.ask("hold")
    await asyncio.wait_for(ends.dropped.wait(), 5)


async def test_what_fails_there_is_named_here(ends: Ends) -> None:
    with pytest.raises(Failed, match="ZeroDivisionError"):
        await ends.near.ask("break")


async def test_whoever_waits_learns_that_the_other_end_is_gone(ends: Ends) -> None:
    holding = asyncio.create_task(ends.near.ask("hold"))
    await asyncio.sleep(0)
    ends.far.hang_up()
    with pytest.raises(Gone):
        await holding
    with pytest.raises(Gone):
        await ends.near.ask("say")
