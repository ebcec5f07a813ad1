"""One connection over HTTP/1.1: a request is sent, its answer is read."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

FINAL = 200  # what is below only announces an answer
LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
KEPT = LENGTHS | {b"retry-after"}


class NotConnected(Exception):
    """Nothing left this machine."""


class Broken(Exception):
    """The call may have left, and no whole answer came."""


class Answer(NamedTuple):
    """What a server said; of the headers those that somebody asks for, their names in lower case."""

    status: int
    headers: Mapping[str, str]
    payload: bytes


def name_of(error: Exception) -> str:
    """Return what went wrong without a word of where: the class, and the system's error number."""
    number = getattr(error, "errno", None)
    return type(error).__name__ if number is None else f"{type(error).__name__} {number}"


class Connection(asyncio.Protocol):
    """One connection. It may be used again when `is_clean`: its last answer came whole, and nothing after it."""

    def __init__(self) -> None:
        self.is_clean = True
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._headers: dict[bytes, bytes] = {}
        self._payload = b""
        self._ends_with_line = False
        self._silence = 0.0
        self._until = 0.0
        self._patience: asyncio.TimerHandle | None = None

    def ask(self, request: bytes, silence: float) -> "asyncio.Future[Answer]":
        """Send a request; its answer will come. Broken when that is cut, or no byte comes for `silence` seconds."""
        if self._transport is None:
            raise NotConnected("no transport")
        self.is_clean = False
        self._answer = self._loop.create_future()
        if silence < self._silence:
            self._stop_waiting()
        self._silence = silence
        self._wait_on()
        self._transport.write(request)
        return self._answer

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
        self._stop_waiting()
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
        """Take an answer that has no length as whole now; nothing more is sent on this line."""
        self.is_clean = False
        if self._ends_with_line and self._is_awaited:
            self._complete()

    def on_message_begin(self) -> None:
        """Begin a message; one that nobody asked for spoils the connection."""
        self.is_clean = False
        self._headers, self._payload, self._ends_with_line = {}, b"", False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header that somebody asks for."""
        name = name.lower()
        if name in KEPT:
            self._headers[name] = value

    def on_headers_complete(self) -> None:
        """Learn how the end of the message will be known."""
        self._ends_with_line = LENGTHS.isdisjoint(self._headers)

    def on_body(self, body: bytes) -> None:
        """Note a part of the body."""
        self._payload = self._payload + body if self._payload else body

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        self._ends_with_line = False
        if self._parser.get_status_code() >= FINAL and self._is_awaited:
            self.is_clean = self._parser.should_keep_alive()
            self._complete()

    def _wait_on(self) -> None:
        """Be patient anew, from this moment on. A look that is due before that may stay: a new one costs more."""
        self._until = self._loop.time() + self._silence
        if self._patience is None:
            self._patience = self._loop.call_later(self._silence, self._look)

    def _look(self) -> None:
        """Break what no byte has come for; where some have, look again when patience ends."""
        self._patience = None
        if not self._is_awaited:
            return
        rest = self._until - self._loop.time()
        if rest > 0:
            self._patience = self._loop.call_later(rest, self._look)
        else:
            self._break("TimeoutError")

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    @property
    def _is_awaited(self) -> bool:
        return self._answer is not None and not self._answer.done()

    def _complete(self) -> None:
        if self._answer is not None:
            headers = {name.decode(): value.decode("latin-1") for name, value in self._headers.items()}
            self._answer.set_result(Answer(self._parser.get_status_code(), headers, self._payload))

    def _break(self, reason: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(reason))
        self.drop()
