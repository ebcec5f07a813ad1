"""HTTP under python-telegram-bot, with errors that say what may have happened.

Every failure is either `NotSent` (nothing left this machine, so that repeating is harmless) or `Unsure`
(the server may have acted). The token is part of every URL: no exception made here holds one, not even
in its context, and nothing is logged.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.connection import Broken, NotConnected, name_of
from bot.channels.connections import Connections
from storage.written import packed, read

# Telegram's front servers drop idle connections without a word. One that dies under a call makes its
# outcome unknowable, so that idle connections are given up before the server does it.
KEEPALIVE_S = 15.0
CONNECT_S = 10.0
READ_S = 20.0
UPLOAD_S = 900.0  # 50 MB over half a megabit a second; a line that takes nothing must not hold its chat for ever
DIGESTING = 3  # times longer than for other calls: a server stores a file before it answers
FLOOD_S = 30.0
FLOOD_MOST_S = 86_400.0
TOO_MANY = 429
TOO_LARGE = 413
UNAUTHORIZED = 401
OK = range(200, 300)
SUCCESS = 200

_JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """Nothing left this machine: refused, no such host, no free connection in time."""


class Unsure(NetworkError):
    """Bytes may have left, and no answer says what became of them."""


class Flood(RetryAfter):
    """Too many requests. Replaces `RetryAfter`, whose constructor warns of its own future (22.2)."""

    def __init__(self, seconds: float) -> None:
        TelegramError.__init__(self, f"Flood control exceeded. Retry in {seconds} seconds")
        self.seconds = seconds

    @property
    def retry_after(self) -> timedelta:
        """Return how long to wait."""
        return timedelta(seconds=self.seconds)


class AiohttpRequest(BaseRequest):
    """One aiohttp session with at most `connections` open at a time. Redirects are never followed.

    Where `lean` connections are given, calls that carry no file go over those.
    """

    def __init__(
        self,
        connections: int,
        read_timeout: float = READ_S,
        connect_timeout: float = CONNECT_S,
        lean: Connections | None = None,
    ) -> None:
        self._connections = connections
        self._lean = lean
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[tuple[float, float | None], aiohttp.ClientTimeout] = {}

    @property
    def read_timeout(self) -> float:
        """Return the seconds without a byte after which an answer is given up."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEPALIVE_S)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
            if self._lean is not None:
                self._lean.open()

    async def shutdown(self) -> None:
        """Close the session; a later `initialize` opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        if self._lean is not None:
            await self._lean.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the document. Unsure when it is cut, or not Telegram's; it is never logged."""
        document = _document(payload)
        if document is None or not ("result" in document or "error_code" in document):
            raise Unsure("the answer is not Telegram's")
        return document

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  (bodies are small; aiohttp has no such limit)
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  (one limit for all calls)
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  (part of the limit for connecting)
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer that came from Telegram."""
        seconds = self._read_timeout if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = self._timeout(seconds)
        if request_data is not None and request_data.contains_files:
            timeout = self._timeout(seconds * DIGESTING, UPLOAD_S)
        return _judged(method, *await self._exchange(url, method, _body(request_data), timeout))

    async def call(self, url: str, fields: Mapping[str, Any], read_timeout: float | None = None) -> Any:
        """Post fields that hold no file and return the result. What is no plain success is judged as by `post`."""
        timeout = self._timeout(self._read_timeout if read_timeout is None else read_timeout)
        # In one pass: the library's own `json_payload` encodes each nested object into a string first.
        code, headers, payload = await self._exchange(url, "POST", packed(fields), timeout)
        document = _document(payload) if code == SUCCESS else None
        if document is not None and "result" in document:
            return document["result"]
        return await _Answered(code, headers, payload).post(url)

    async def download(self, url: str, limit: int) -> bytes:
        """Return a file of at most `limit` bytes. BadRequest when it is larger or gone, else as `do_request`."""
        code, headers, payload = await self._exchange(url, "GET", None, self._timeout(self._read_timeout), limit)
        if code not in OK:
            _raise_unless_telegrams(code, headers, payload)
            raise InvalidToken if code == UNAUTHORIZED else BadRequest(f"HTTP {code}, no such file")
        if len(payload) > limit:
            raise BadRequest("file is too big")
        return payload

    def _timeout(self, seconds: float, total: float | None = None) -> aiohttp.ClientTimeout:
        timeout = self._timeouts.get((seconds, total))
        if timeout is None:
            timeout = aiohttp.ClientTimeout(total=total, connect=self._connect_timeout, sock_read=seconds)
            self._timeouts[seconds, total] = timeout
        return timeout

    async def _exchange(
        self,
        url: str,
        method: str,
        body: bytes | aiohttp.FormData | None,
        limits: aiohttp.ClientTimeout,
        most: int | None = None,
    ) -> tuple[int, Any, bytes]:
        """Return status, headers and body; with `most` reading ends at the first byte beyond it."""
        if self._session is None:
            raise NotSent("the session is closed")
        try:
            if self._lean is not None and isinstance(body, bytes):
                return await self._lean.post(url, body, limits.sock_read or READ_S)
            headers = _JSON if isinstance(body, bytes) else None
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers, await _body_of(answer, most)
        except NotConnected as error:
            failure: NetworkError = NotSent(str(error))
        except Broken as error:
            failure = Unsure(str(error))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            failure = NotSent(name_of(error))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failure = Unsure(name_of(error))
        # Raised here and not above, where the original with its URL would stay attached as context.
        raise failure


class _Answered(AiohttpRequest):
    """An answer that has come already, for the library to judge: its taxonomy of refusals is the one that holds."""

    def __init__(self, code: int, headers: Any, payload: bytes) -> None:
        super().__init__(0)
        self._answer = (code, headers, payload)

    async def _exchange(self, *_: Any, **__: Any) -> tuple[int, Any, bytes]:
        return self._answer


def _judged(method: str, code: int, headers: Any, payload: bytes) -> tuple[int, bytes]:
    """Return status and body of an answer that came from Telegram, and raise for every other."""
    if code not in OK:
        _raise_unless_telegrams(code, headers, payload)
    elif b'"result"' not in payload and method == "POST":
        raise Unsure(f"HTTP {code} without a result")
    return code, payload


async def _body_of(answer: aiohttp.ClientResponse, most: int | None) -> bytes:
    if most is None:
        return await answer.read()
    held = bytearray()
    async for chunk in answer.content.iter_any():
        held += chunk
        if len(held) > most:
            break
    return bytes(held)


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    """Return what to send: a JSON document, or a form where there are files."""
    if data is None:
        return None
    if not data.contains_files:
        return packed(data.parameters)
    # Telegram takes file names as they are: quoted, "tổng hợp.csv" would arrive as "t%E1%BB%95ng…".
    form = aiohttp.FormData(data.json_parameters, quote_fields=False)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


def _document(payload: bytes) -> dict[str, Any] | None:
    try:
        document = read(payload)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _raise_unless_telegrams(code: int, headers: Any, payload: bytes) -> None:
    """Raise for floods, and for refusals that something between us and Telegram has made up.

    A proxy's 401, 403 or 404 page must neither end the bot nor mark a chat as unreachable.
    """
    document = _document(payload)
    if code == TOO_MANY:
        parameters = (document or {}).get("parameters")
        asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
        raise Flood(_seconds(asked if asked is not None else headers.get("retry-after")))
    if code == TOO_LARGE:
        raise NetworkError("Request Entity Too Large")
    if document is None or not _is_refusal(document):
        raise Unsure(f"HTTP {code}, not from Telegram")


def _is_refusal(document: dict[str, Any]) -> bool:
    return (
        "error_code" in document
        and isinstance(document.get("description"), str)
        and isinstance(document.get("parameters", {}), dict)
    )


def _seconds(value: Any) -> float:
    """Return the wait that was asked for, or the usual one where it is missing or a date."""
    try:
        return min(max(0.0, float(value)), FLOOD_MOST_S)
    except (TypeError, ValueError):
        return FLOOD_S
