"""Lean connections, before a server that says exactly these bytes."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
import uvloop

from bot.channels.connection import Broken, NotConnected
from bot.channels.connections import Connections

WHOLE = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}'
SILENCE = b""


@dataclass
class Server:
    """Answers each request with the next of its scripts, and hangs up where a script says None."""

    scripts: Iterator[Sequence[bytes | None]]
    url: str = ""
    lines: int = 0
    talks: "list[asyncio.Task[None] | None]" = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.lines += 1
        self.talks.append(asyncio.current_task())
        with suppress(ConnectionError):
            while await reader.read(65_536):
                self.asked.set()
                for said in next(self.scripts, (WHOLE,)):
                    if said is None:
                        writer.close()
                        return
                    writer.write(said)
                    await asyncio.sleep(0.01)
        writer.close()


@asynccontextmanager
async def opened(
    *scripts: Sequence[bytes | None], most: int = 4, keep: float = 5
) -> AsyncIterator[tuple[Server, Connections]]:
    server = Server(iter(scripts))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    connections = Connections(server.url, most, keep, patience=0.2)
    connections.open()
    try:
        yield server, connections
    finally:
        await connections.close()
        listening.close()
        await asyncio.gather(*filter(None, server.talks))


async def ask(server: Server, connections: Connections, silence: float = 0.2) -> bytes:
    return (await connections.post(f"{server.url}/bot1:x/getMe", b"{}", silence)).payload


LENGTHS = {
    "by its length": (WHOLE,),
    "in pieces": (WHOLE[:20], WHOLE[20:45], WHOLE[45:]),
    "in chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n", b'{"ok\r\n7\r\n":true}\r\n0\r\n\r\n'),
    "up to its end": (b'HTTP/1.0 200 OK\r\n\r\n{"ok":true}', None),
    "after an announcement": (b"HTTP/1.1 100 Continue\r\n\r\n", WHOLE),
}


@pytest.mark.parametrize("script", LENGTHS.values(), ids=LENGTHS.keys())
async def test_an_answer_is_read_however_its_end_is_told(script: Sequence[bytes | None]) -> None:
    async with opened(script) as (server, connections):
        assert await ask(server, connections) == b'{"ok":true}'


CUT = {
    "N6 nothing": (None,),
    "N7 half a head": (WHOLE[:30], None),
    "N7 half a body": (WHOLE[:45], None),
    "N6 only an announcement": (b"HTTP/1.1 100 Continue\r\n\r\n", None),
    "N9 silence": (SILENCE,),
    "N9 silence after half": (WHOLE[:45], SILENCE),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n",),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",),
}


@pytest.mark.parametrize("script", CUT.values(), ids=CUT.keys())
async def test_N6_N7_N9_what_is_no_whole_answer_breaks_the_call_and_not_the_next(
    script: Sequence[bytes | None],
) -> None:
    async with opened(script) as (server, connections):
        with pytest.raises(Broken):
            await ask(server, connections)
        assert (await ask(server, connections), server.lines) == (b'{"ok":true}', 2)


async def test_a_slow_answer_is_waited_for_while_bytes_come() -> None:
    async with opened([WHOLE[at : at + 1] for at in range(len(WHOLE))]) as (server, connections):
        assert await ask(server, connections, silence=0.1) == b'{"ok":true}'


@pytest.mark.parametrize(("before", "now"), [(5, 0.2), (0.3, 0.5)])
async def test_N9_a_call_is_as_patient_as_it_was_told_whatever_the_one_before_it_was(before: float, now: float) -> None:
    async with opened((WHOLE,), (SILENCE,)) as (server, connections), asyncio.timeout(2):
        begun = asyncio.get_running_loop().time()
        await ask(server, connections, silence=before)
        with pytest.raises(Broken):
            await ask(server, connections, silence=now)
        assert asyncio.get_running_loop().time() - begun >= now - 0.01
        assert server.lines == 1


async def test_who_waits_for_a_free_connection_gets_the_first() -> None:
    async with opened(most=1) as (server, connections):
        assert await asyncio.gather(*(ask(server, connections) for _ in range(3))) == [b'{"ok":true}'] * 3
        assert server.lines == 1


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_an_answer_without_a_body_is_not_taken_for_the_next_one(status: bytes) -> None:
    async with opened((b"HTTP/1.1 " + status + b"\r\n\r\n",), (None,)) as (server, connections):
        assert await ask(server, connections) == b""
        with pytest.raises(Broken):
            await ask(server, connections)
        assert server.lines == 1


ONCE = {
    "that says so": (WHOLE.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n"),),
    "that says more than was asked": (WHOLE + WHOLE,),
    "that speaks unasked": (WHOLE, WHOLE),
    "that has hung up": (WHOLE, None),
}


@pytest.mark.parametrize("script", ONCE.values(), ids=ONCE.keys())
async def test_a_connection_is_used_once(script: Sequence[bytes | None]) -> None:
    async with opened(script) as (server, connections):
        await ask(server, connections)
        await asyncio.sleep(0.05)
        assert (await ask(server, connections), server.lines) == (b'{"ok":true}', 2)


async def test_a_connection_is_kept_and_then_given_up() -> None:
    async with opened(keep=0.1) as (server, connections):
        assert [await ask(server, connections) for _ in range(3)] == [b'{"ok":true}'] * 3
        assert server.lines == 1
        await asyncio.sleep(0.15)
        await ask(server, connections)
        assert server.lines == 2


async def test_an_abandoned_call_leaves_nothing_for_the_next() -> None:
    async with opened((SILENCE, WHOLE.replace(b"true", b"null"))) as (server, connections):
        abandoned = asyncio.create_task(ask(server, connections))
        await server.asked.wait()
        abandoned.cancel()
        assert await ask(server, connections) == b'{"ok":true}'


async def test_N3_no_free_connection_in_time_is_provably_nothing() -> None:
    async with opened((SILENCE,), most=1) as (server, connections):
        hanging = asyncio.create_task(ask(server, connections, silence=5))
        await server.asked.wait()
        with pytest.raises(NotConnected):
            await ask(server, connections)
        hanging.cancel()
        assert server.lines == 1


async def test_closing_breaks_what_is_under_way_and_lets_nothing_begin() -> None:
    async with opened((SILENCE,)) as (server, connections):
        hanging = asyncio.create_task(ask(server, connections, silence=5))
        await server.asked.wait()
        await connections.close()
        with pytest.raises(Broken):
            await hanging
        with pytest.raises(NotConnected):
            await ask(server, connections)


async def _kept_then_cut() -> int:
    async with opened((WHOLE,), (None,)) as (server, connections):
        await ask(server, connections)
        with pytest.raises(Broken):
            await ask(server, connections)
        return server.lines


def test_the_loop_that_runs_the_bot_carries_it_too() -> None:
    assert uvloop.run(_kept_then_cut()) == 1
