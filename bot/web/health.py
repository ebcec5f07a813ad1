"""Health: whether the process lives (else it should be started anew), and whether it is ready for its work."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

Complaints = Callable[[], Awaitable[list[str]]]
"""Returns plain reasons why all is not well; none of them names a person or holds what anybody said."""

Ask = Callable[[web.Request], Awaitable[web.Response]]


def page(complaints: Complaints) -> Ask:
    """Return a page that is 200 while there are no complaints and 503 otherwise, with the reasons as JSON."""

    async def answer(_: web.Request) -> web.Response:
        reasons = await complaints()
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        return web.json_response({"ok": not reasons, "reasons": reasons}, status=status)

    return answer
