"""The guard: only pages of this very server are answered, however a browser was talked into asking."""

from collections.abc import Awaitable, Callable

from aiohttp import web

HOST = "127.0.0.1"
_WANTED = ("application/json", "application/octet-stream")  # types that no form of another page can claim
_NAMES = (HOST, "localhost")
_OWN = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
HEADERS = {
    "Content-Security-Policy": f"{_OWN}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse names that only lead here by DNS (rebinding), other sites' pages, and what their forms could send."""
    if not _is_own(request):
        raise web.HTTPForbidden(text="This page answers on this machine only.")
    if request.method != "GET" and request.content_type not in _WANTED:
        raise web.HTTPUnsupportedMediaType(text="JSON or a file is wanted.")
    return await handler(request)


def _is_own(request: web.Request) -> bool:
    name, _, _ = request.host.rpartition(":") if ":" in request.host else (request.host, "", "")
    origin = request.headers.get("Origin")
    return name in _NAMES and origin in (None, f"http://{request.host}")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Let the browser load nothing from elsewhere and keep nothing."""
    del request
    response.headers.update(HEADERS)
