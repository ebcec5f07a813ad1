"""The webhook: an update is answered for only once it is on disk."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from storage.errors import StoreFailed

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (the header's name)
LARGEST = 1024 * 1024  # bytes; an update with a long text and all its entities has some 100 KB
READ_S = 10.0
DEEPEST = 64
AGAIN_S = "2"

Take = Callable[[Sequence[Any]], Awaitable[object]]
"""Takes a batch of raw updates in, and returns once they are on disk; StoreFailed where they are not."""

log = structlog.get_logger()


class Hook:
    """Answers deliveries: 200 after the commit, 503 where there is none, 403 to whoever does not know the secret.

    It is `closed` until somebody takes updates in, and again while the bot stops: what comes then is delivered
    again.
    """

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret.get_secret_value().encode()
        self._take: Take | None = None

    def open(self, take: Take) -> None:
        """Hand updates to `take` from now on."""
        self._take = take

    def close(self) -> None:
        """Take nothing more in."""
        self._take = None

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one delivery."""
        # Judged before the body is read: a stranger costs nothing.
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(errors="replace"), self._secret):
            return _answer(HTTPStatus.FORBIDDEN)
        if request.content_type != "application/json":
            return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        body = await _body(request)
        if isinstance(body, HTTPStatus):
            return _answer(body)
        try:
            update = parsed(body)
        except ValueError as error:
            log.error("delivery makes no sense", size=len(body), why=str(error))
            return _answer(HTTPStatus.BAD_REQUEST)
        return _answer(await self._store(update))

    async def _store(self, update: Any) -> HTTPStatus:
        if self._take is None:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            await self._take([update])
        except StoreFailed as error:
            log.error("update not stored, it stays with the messenger", error=str(error))
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK


async def _body(request: web.Request) -> bytes | HTTPStatus:
    """Return the body, or with what to refuse it."""
    if (request.content_length or 0) > LARGEST:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    try:
        async with asyncio.timeout(READ_S):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT


def parsed(body: bytes) -> Any:
    """Return what the JSON says; ValueError, with nothing of its content, where it is none or nested too deeply."""
    try:
        value = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except ValueError:  # also of text that is not in UTF-8, and of numbers beyond all measure
        raise ValueError("not JSON") from None
    if body.count(b"{") + body.count(b"[") > DEEPEST and _depth(value) > DEEPEST:
        raise ValueError("nested too deeply")
    return value


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        inner = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [item for items in inner for item in items]
        depth += bool(inner)
    return depth


def _answer(status: HTTPStatus) -> web.Response:
    """Return an answer without a body; what is asked to come again is told when."""
    response = web.Response(status=status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = AGAIN_S
    return response
