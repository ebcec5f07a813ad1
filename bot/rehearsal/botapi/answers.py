"""Answers as they go over the wire."""

import json
from typing import Any

from aiohttp import web

from bot.rehearsal.botapi.errors import ApiError


def answered(result: Any) -> web.Response:
    """Return the answer to a call that succeeded; bytes are the whole document already."""
    body = result if isinstance(result, bytes) else json.dumps({"ok": True, "result": result}).encode()
    return web.Response(body=body, content_type="application/json")


def refused(refusal: ApiError) -> web.Response:
    """Return a refusal with its status, and `Retry-After` as Telegram sets it."""
    retry_after = refusal.parameters.get("retry_after")
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return web.Response(status=refusal.code, body=refusal.body(), content_type="application/json", headers=headers)
