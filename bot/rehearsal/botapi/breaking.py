"""Carrying out scripted faults on a real connection."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.rehearsal.botapi.answers import refused
from bot.rehearsal.botapi.faults import Breakage, Fault, Faults

Proceed = Callable[[], Awaitable[web.Response]]


def drop(request: web.Request) -> web.Response:
    """Cut the connection; the response that is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def break_answer(fault: Fault, request: web.Request, faults: Faults, proceed: Proceed) -> web.StreamResponse:
    """Answer, or fail to answer, as `fault` says; `proceed` carries out the call."""
    if fault.refusal is not None:
        return refused(fault.refusal)
    answer = await proceed() if fault.accepted else web.Response()
    match fault.breakage:
        case Breakage.HANG_BEFORE | Breakage.ACCEPT_THEN_HANG:
            await faults.hang()
            return drop(request)
        case Breakage.PAGE:
            return _page(fault)
        case Breakage.CUT_JSON:
            return web.Response(body=_half(answer), content_type="application/json")
        case Breakage.SHORT_BODY:
            return await _short(request, answer)
        case _:
            return drop(request)


def _half(answer: web.Response) -> bytes:
    body = answer.body
    if not isinstance(body, bytes):
        raise TypeError(body)
    return body[: len(body) // 2]


def _page(fault: Fault) -> web.Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
    return web.Response(status=fault.status, body=fault.page, content_type="text/html", headers=headers)


async def _short(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Promise the whole answer, send half of it and hang up."""
    half = _half(answer)
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = 2 * len(half) + 1
    await response.prepare(request)
    await response.write(half)
    if request.transport is not None:
        request.transport.close()
    return response
