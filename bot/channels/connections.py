"""Connections to one server that are kept open: a small document is posted, an answer comes back.

What can be in flight without files goes over these, since the work of a general client for a call is three times
that of the call itself (docs/decisions/0045). HTTP/1.1, one call at a time on each connection; no redirects, no
proxies, no cookies, no compression. No exception made here holds an address.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple, cast

import aiohappyeyeballs
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from yarl import URL

SECOND_ADDRESS_S = 0.25  # RFC 8305, 8: how long one address may take before the next is tried beside it
FINAL = 200  # what is below only announces an answer


class NotConnected(Exception):
    """Nothing left this machine."""


class Broken(Exception):
    """The call may have left, and no whole answer came."""


class Answer(NamedTuple):
    """What a server said; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    payload: bytes


class Connection(asyncio.Protocol):
    """One connection. It may be used again when `is_clean`: its last answer came whole, and nothing after it."""

    def __init__(self) -> None:
        self.is_clean = True
        self.idle_since = 0.0
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._headers: dict[str, str] = {}
        self._payload = b""
        self._ends_with_line = False
        self._silence = 0.0
        self._patience: asyncio.TimerHandle | None = None

    async def ask(self, request: bytes, silence: float) -> Answer:
        """Send a request and return its answer. Broken when that is cut, or no byte comes for `silence` seconds."""
        if self._transport is None:
            raise NotConnected("no transport")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self.is_clean = False
        self._answer, self._silence = answer, silence
        self._wait_on()
        self._transport.write(request)
        try:
            return await answer
        finally:
            self._stop_waiting()
            self._answer = None

    def drop(self) -> None:
        """Hang up at once."""
        self.is_clean = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport. Those of uvloop are no subclasses of asyncio's."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Break what was still being answered."""
        self._break("closed" if exc is None else type(exc).__name__)
        self.gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Read on. What nobody has asked for ends the connection: it is about something else than the next call."""
        if not self._is_awaited:
            self.drop()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._break(type(error).__name__)
        if self._is_awaited:
            self._wait_on()

    def eof_received(self) -> None:
        """Take an answer that has no length as whole now."""
        if self._ends_with_line and self._is_awaited:
            self._complete()

    def on_message_begin(self) -> None:
        """Begin a message; one that nobody asked for spoils the connection."""
        self.is_clean = False
        self._headers, self._payload, self._ends_with_line = {}, b"", False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Learn how the end of the message will be known."""
        self._ends_with_line = self._headers.keys().isdisjoint({"content-length", "transfer-encoding"})

    def on_body(self, body: bytes) -> None:
        """Note a part of the body."""
        self._payload = self._payload + body if self._payload else body

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        if self._parser.get_status_code() >= FINAL and self._is_awaited:
            self.is_clean = self._parser.should_keep_alive()
            self._complete()

    def _wait_on(self) -> None:
        """Be patient anew, from this moment on."""
        self._stop_waiting()
        self._patience = asyncio.get_running_loop().call_later(self._silence, self._break, "TimeoutError")

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()

    @property
    def _is_awaited(self) -> bool:
        return self._answer is not None and not self._answer.done()

    def _complete(self) -> None:
        if self._answer is not None:
            self._answer.set_result(Answer(self._parser.get_status_code(), self._headers, self._payload))

    def _break(self, reason: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(reason))
        self.drop()


class Connections:
    """At most `most` calls at a time to the server at `base_url`.

    A connection that nobody uses is given up after `keep` seconds. Making one may take `patience` seconds, and so
    may waiting until fewer calls are under way.
    """

    def __init__(self, base_url: str, most: int, keep: float, patience: float) -> None:
        self._base = URL(base_url)
        self._keep = keep
        self._patience = patience
        self._slots = asyncio.Semaphore(most)
        self._heads: dict[str, bytes] = {}
        self._all: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._tls: ssl.SSLContext | None = None
        self._is_open = False

    def open(self) -> None:
        """Make ready; nothing is connected yet."""
        self._is_open = True
        if self._base.scheme == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
            self._tls.set_alpn_protocols(["http/1.1"])

    async def close(self) -> None:
        """Hang up everywhere, also where an answer is awaited."""
        self._is_open = False
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in self._all:
            connection.drop()
        await asyncio.gather(*(connection.gone for connection in self._all))

    async def post(self, url: str, document: bytes, silence: float) -> Answer:
        """Post a JSON document to an address of this server and return the answer, whatever it is.

        NotConnected when nothing has left this machine; Broken when something may have, and no whole answer
        came, or no byte of it for `silence` seconds.
        """
        await self._take_slot()
        try:
            connection = self._kept() or await self._connected()
            try:
                return await connection.ask(b"%b%d\r\n\r\n%b" % (self._head(url), len(document), document), silence)
            finally:
                self._put_back(connection)
        finally:
            self._slots.release()

    async def _take_slot(self) -> None:
        if not self._is_open:
            raise NotConnected("closed")
        if not self._slots.locked():
            await self._slots.acquire()
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            raise NotConnected("no free connection in time") from None

    def _kept(self) -> Connection | None:
        """Return the connection that was used last: the others may be given up the sooner."""
        oldest = asyncio.get_running_loop().time() - self._keep
        while self._idle:
            connection = self._idle.pop()
            if connection.is_clean and connection.idle_since > oldest:
                return connection
            connection.drop()
        return None

    async def _connected(self) -> Connection:
        loop = asyncio.get_running_loop()
        host, port = self._base.raw_host or "", self._base.port
        try:
            async with asyncio.timeout(self._patience):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
                # Where one family of addresses leads nowhere the other is tried beside it, and not after minutes.
                line = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=SECOND_ADDRESS_S, loop=loop)
                name = host if self._tls is not None else None
                _, connection = await loop.create_connection(Connection, sock=line, ssl=self._tls, server_hostname=name)
        except (OSError, UnicodeError) as error:
            number = getattr(error, "errno", None)
            reason = type(error).__name__ if number is None else f"{type(error).__name__} {number}"
        else:
            self._all.add(connection)
            connection.gone.add_done_callback(lambda _: self._all.discard(connection))
            return connection
        raise NotConnected(reason)

    def _put_back(self, connection: Connection) -> None:
        if not connection.is_clean or not self._is_open:
            connection.drop()
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._keep, self._sweep)

    def _sweep(self) -> None:
        """Give up what was not used for too long: a server that drops it first would do so under a call."""
        loop = asyncio.get_running_loop()
        while self._idle and self._idle[0].idle_since <= loop.time() - self._keep:
            self._idle.popleft().drop()
        self._sweeper = loop.call_at(self._idle[0].idle_since + self._keep, self._sweep) if self._idle else None

    def _head(self, url: str) -> bytes:
        """Return what stands before the length of the document."""
        head = self._heads.get(url)
        if head is None:
            where = URL(url)
            head = self._heads[url] = (
                f"POST {where.raw_path_qs} HTTP/1.1\r\nHost: {where.host_port_subcomponent}\r\nUser-Agent: tiendo\r\n"
                "Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: "
            ).encode("ascii")
        return head
