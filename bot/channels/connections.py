"""Connections to one server that are kept open: a small document is posted, an answer comes back.

Calls that carry no file go over these, since the work of a general client for a call is twice that of
the call itself (docs/decisions/0045). HTTP/1.1, one call at a time on each connection; no redirects, no proxies, no
cookies, no compression. No exception made here holds an address.
"""

import asyncio
import socket
import ssl
from collections import deque

import aiohappyeyeballs
from yarl import URL

from bot.channels.connection import Answer, Connection, NotConnected, name_of

SECOND_ADDRESS_S = 0.25  # RFC 8305, 8: how long one address may take before the next is tried beside it


class Connections:
    """At most `most` calls at a time to the server at `base_url`.

    A connection that nobody uses is given up after `keep` seconds. Making one may take `patience` seconds, and so
    may waiting until fewer calls are under way.
    """

    def __init__(self, base_url: str, most: int, keep: float, patience: float) -> None:
        self._base = URL(base_url)
        self._keep = keep
        self._patience = patience
        self._free = most
        self._freed = asyncio.Event()
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
        if not self._is_open:
            raise NotConnected("closed")
        if not self._free:
            await self._wait_for_a_free_one()
        self._free -= 1
        try:
            connection = self._kept() or await self._connected()
            try:
                return await connection.ask(b"%b%d\r\n\r\n%b" % (self._head(url), len(document), document), silence)
            finally:
                self._put_back(connection)
        finally:
            self._free += 1
            self._freed.set()

    async def _wait_for_a_free_one(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                while not self._free:
                    self._freed.clear()
                    await self._freed.wait()
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
            reason = name_of(error)
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
