"""Methods by which a bot gets its updates."""

import re
from typing import Any

from bot.rehearsal.botapi.api import Api
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.errors import ApiError, bad_request
from bot.rehearsal.botapi.polling import LONGEST_POLL_S, WEBHOOK_ACTIVE, WEBHOOK_SET
from bot.rehearsal.botapi.webhook import Webhook

Json = dict[str, Any]

_MOST_IN_BATCH = 100
_LONGEST_SECRET = 256
_MOST_CONNECTIONS = 100
_USUAL_CONNECTIONS = 40


async def get_updates(api: Api, call: Call) -> bytes:
    """Confirm and fetch updates."""
    poller = api.poller(call.bot)
    await _drop_gone(api, call)
    if call.bot.id in api.webhooks:
        await poller.hold_conflict()
        raise ApiError(409, f"Conflict: {WEBHOOK_ACTIVE}")
    _remember_allowed(call)
    limit = min(max(call.number("limit", _MOST_IN_BATCH), 1), _MOST_IN_BATCH)
    timeout = min(max(call.number("timeout"), 0), LONGEST_POLL_S)
    return await poller.poll(call.number("offset"), limit, timeout)


def _remember_allowed(call: Call) -> None:
    """Keep the wanted kinds until they are given anew; an empty list is the default set."""
    allowed = call.json("allowed_updates", "allowed updates")
    if isinstance(allowed, list):
        call.bot.queue.allowed = frozenset(map(str, allowed)) if allowed else None


async def set_webhook(api: Api, call: Call) -> bool:
    """Begin to deliver by POST; an empty address ends it."""
    url, secret = call.text("url"), call.text("secret_token")
    if not url:
        return await delete_webhook(api, call)
    if len(secret) > _LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    connections = min(max(call.number("max_connections", _USUAL_CONNECTIONS), 1), _MOST_CONNECTIONS)
    webhook = Webhook(call.bot, url, secret, connections)
    await _close(api, call)
    _remember_allowed(call)
    api.poller(call.bot).abort(WEBHOOK_SET)
    if call.flag("drop_pending_updates"):
        call.bot.queue.clear()
    api.webhooks[call.bot.id] = webhook
    webhook.start()
    return True


async def delete_webhook(api: Api, call: Call) -> bool:
    """End delivery by POST; what is undelivered can be polled."""
    await _close(api, call)
    if call.flag("drop_pending_updates"):
        call.bot.queue.clear()
    return True


async def _close(api: Api, call: Call) -> None:
    webhook = api.webhooks.pop(call.bot.id, None)
    if webhook is not None:
        await webhook.close()


async def _drop_gone(api: Api, call: Call) -> None:
    """Forget a webhook that answered 410 for too long."""
    webhook = api.webhooks.get(call.bot.id)
    if webhook is not None and webhook.gone:
        await _close(api, call)


async def get_webhook_info(api: Api, call: Call) -> Json:
    """Tell about the webhook and what waits."""
    await _drop_gone(api, call)
    webhook, queue = api.webhooks.get(call.bot.id), call.bot.queue
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(queue)}
    if webhook is not None:
        info |= {"url": webhook.url, "max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
        if webhook.last_error_at:
            info |= {"last_error_date": webhook.last_error_at, "last_error_message": webhook.last_error}
    if queue.allowed is not None:
        info["allowed_updates"] = sorted(queue.allowed)
    return info
