"""Telegram: calls over python-telegram-bot's request layer, refusals as outcomes.

Calls are posted through `BaseRequest.post`, which brings the error taxonomy, and not through
`telegram.Bot`: that parses every answer into a full `Message`, which costs 258 µs of CPU against 34 µs
for a receipt, shows the token in its `repr`, and writes it and every text into debug logs.
"""

import html
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any, NamedTuple

from pydantic import SecretStr
from telegram import InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels import (
    TELEGRAM,
    BadToken,
    Call,
    CallFailed,
    Contested,
    Me,
    Moved,
    Muted,
    Outcome,
    Refused,
    Retry,
    Sent,
    Stale,
    TargetGone,
    ThreadGone,
    Unchanged,
    Unknown,
    Unparsable,
    Unreachable,
    Upload,
    Wait,
    Webhook,
)
from bot.channels.connections import Connections
from bot.channels.telegram_http import CONNECT_S, KEEPALIVE_S, READ_S, AiohttpRequest, Flood, NotSent, Unsure
from bot.channels.telegram_updates import read, update_key
from bot.domain.clock import Clock
from bot.domain.messages import Incoming

WITH_FILES = frozenset({"sendPhoto", "sendDocument"})
CONNECTIONS = 172  # all that the courier sends at a time, and room for files and questions beside them
POLL_GRACE_S = 10.0
BATCH = 100
DELIVERIES = 40  # at once: chats in parallel, each in order; they share commits
TOAST = 200  # characters
LARGEST_UPLOAD = 50 * 1024 * 1024  # https://core.telegram.org/bots/api#senddocument
# What getFile may name: a path below `/file/bot<token>/`, and nothing that leads out of it.
_SERVED = re.compile(r"(?!.*\.\.)[A-Za-z0-9_-][A-Za-z0-9_./-]{0,255}")
LISTEN = ("message", "edited_message", "callback_query", "my_chat_member")


class Rule(NamedTuple):
    """One line of the table: an error whose words hold `words` (in lower case) means `outcome`."""

    error: type[TelegramError]
    words: str
    outcome: Callable[[Any], Outcome]


# Only what looks like a tag: a stray `<3` is text.
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def _of(kind: Callable[[str], Outcome]) -> Callable[[TelegramError], Outcome]:
    return lambda error: kind(error.message)


# The first line that fits holds. The words are the server's own: tdlib/telegram-bot-api, Client.cpp,
# and the upper-case ones are Telegram's errors that it passes on as they are.
RULES: tuple[Rule, ...] = (
    Rule(Flood, "", lambda error: Wait(error.seconds)),
    Rule(ChatMigrated, "", lambda error: Moved(error.new_chat_id)),
    Rule(NotSent, "", _of(Retry)),
    Rule(Unsure, "", _of(Unknown)),
    Rule(InvalidToken, "", _of(BadToken)),
    Rule(Conflict, "", _of(Contested)),
    Rule(Forbidden, "rights", _of(Muted)),
    Rule(Forbidden, "", _of(Unreachable)),
    Rule(BadRequest, "message is not modified", lambda _: Unchanged()),
    Rule(BadRequest, "query is too old", lambda _: Stale()),
    Rule(BadRequest, "query_id_invalid", lambda _: Stale()),
    Rule(BadRequest, "can't parse entities", _of(Unparsable)),
    Rule(BadRequest, "message to edit not found", _of(TargetGone)),
    Rule(BadRequest, "message can't be edited", _of(TargetGone)),
    Rule(BadRequest, "message_id_invalid", _of(TargetGone)),
    Rule(BadRequest, "message thread not found", _of(ThreadGone)),
    Rule(BadRequest, "topic_closed", _of(ThreadGone)),
    Rule(BadRequest, "topic_deleted", _of(ThreadGone)),
    Rule(BadRequest, "chat not found", _of(Unreachable)),
    Rule(BadRequest, "user not found", _of(Unreachable)),
    Rule(BadRequest, "peer_id_invalid", _of(Unreachable)),
    Rule(BadRequest, "deactivated", _of(Unreachable)),
    Rule(BadRequest, "bot is not a member", _of(Unreachable)),
    Rule(BadRequest, "channel_private", _of(Unreachable)),
    Rule(BadRequest, "not enough rights", _of(Muted)),
    Rule(BadRequest, "have no rights", _of(Muted)),
    Rule(BadRequest, "need administrator rights", _of(Muted)),
    Rule(BadRequest, "chat_write_forbidden", _of(Muted)),
    Rule(BadRequest, "chat_restricted", _of(Muted)),
    Rule(BadRequest, "chat_send_plain_forbidden", _of(Muted)),
    Rule(BadRequest, "", _of(Refused)),
    Rule(NetworkError, "entity too large", _of(Refused)),
    # Every other answer of a server in trouble (500 "restart", 502, 504) may come after the deed.
    Rule(TelegramError, "", _of(Unknown)),
)


def outcome_of(error: TelegramError) -> Outcome:
    """Return what an error of the request layer means for the call."""
    words = error.message.lower()
    return next(rule.outcome(error) for rule in RULES if isinstance(error, rule.error) and rule.words in words)


def _send(call: Call) -> tuple[str, dict[str, Any]]:
    return "sendMessage", _text(call, _where(call))


def _photo(call: Call) -> tuple[str, dict[str, Any]]:
    return "sendPhoto", _caption(call, {"photo": InputFile(call.photo, filename="chart.png"), **_where(call)})


def _document(call: Call) -> tuple[str, dict[str, Any]]:
    fields = {"document": call.document, "disable_content_type_detection": True}
    return "sendDocument", _caption(call, {**fields, **_where(call)})


def _caption(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    if call.html:
        _words(call, fields, "caption")
    return _keyboard(call, fields)


def _where(call: Call) -> dict[str, Any]:
    fields: dict[str, Any] = {"chat_id": call.chat}
    if call.thread is not None:
        fields["message_thread_id"] = call.thread
    if call.reply_to is not None:
        fields["reply_parameters"] = {"message_id": call.reply_to, "allow_sending_without_reply": True}
    return fields


def _edit(call: Call) -> tuple[str, dict[str, Any]]:
    return "editMessageText", _text(call, {"chat_id": call.chat, "message_id": call.message})


def _toast(call: Call) -> tuple[str, dict[str, Any]]:
    return "answerCallbackQuery", {"callback_query_id": call.query, "text": _plain(call.html)[:TOAST]}


def _leave(call: Call) -> tuple[str, dict[str, Any]]:
    return "leaveChat", {"chat_id": call.chat}


def _text(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    _words(call, fields, "text")
    fields["link_preview_options"] = {"is_disabled": True}
    return _keyboard(call, fields)


def _words(call: Call, fields: dict[str, Any], name: str) -> None:
    if call.plain:
        fields[name] = _plain(call.html)
    else:
        fields[name] = call.html
        fields["parse_mode"] = "HTML"


def _keyboard(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    if call.keyboard:
        fields["reply_markup"] = {"inline_keyboard": call.keyboard}
    return fields


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text))


METHODS: Mapping[str, Callable[[Call], tuple[str, dict[str, Any]]]] = {
    "send": _send,
    "photo": _photo,
    "document": _document,
    "edit": _edit,
    "toast": _toast,
    "leave": _leave,
}


def _parameter(name: str, value: Any, opened: ExitStack) -> RequestParameter:
    """Return one argument; a file of this disk is opened, and read while it is sent."""
    if isinstance(value, Upload):
        handle = opened.enter_context(value.path.open("rb"))
        value = InputFile(handle, filename=value.name, read_file_handle=False)
    return (
        RequestParameter(name, None, [value]) if isinstance(value, InputFile) else RequestParameter(name, value, None)
    )


class TelegramChannel:
    """One bot at one Bot API server. `base_url` is without the token: `https://api.telegram.org`."""

    name = TELEGRAM
    largest_upload = LARGEST_UPLOAD

    def __init__(self, token: SecretStr | str, base_url: str, clock: Clock, *, read_timeout: float = READ_S) -> None:
        self._token = token if isinstance(token, SecretStr) else SecretStr(token)
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        # A token begins with the bot's own id, so that updates can be read before the first call.
        number = self._token.get_secret_value().partition(":")[0]
        self._id = int(number) if number.isdecimal() else 0
        lean = Connections(self._base_url, CONNECTIONS, KEEPALIVE_S, CONNECT_S)
        self._calls = AiohttpRequest(CONNECTIONS, read_timeout, lean=lean)
        self._polls = AiohttpRequest(1, read_timeout)

    async def open(self) -> None:
        """Open the sessions; nothing is sent."""
        await self._calls.initialize()
        await self._polls.initialize()

    async def close(self) -> None:
        """Close the sessions."""
        await self._calls.shutdown()
        await self._polls.shutdown()

    async def me(self) -> Me:
        """Ask who the bot is. CallFailed when that cannot be learnt."""
        user = await self._must(self._calls, "getMe")
        self._id = user["id"]
        return Me(user["id"], user["username"], bool(user.get("can_read_all_group_messages")))

    async def poll(self, offset: int | None, timeout: float) -> list[Any]:  # noqa: ASYNC109  (Telegram's own)
        """Confirm what is before `offset` and return up to 100 raw updates, waiting `timeout` seconds.

        CallFailed otherwise. The read time-out is ten seconds longer than the poll, so that a line that
        has died silently is noticed.
        """
        fields = {"timeout": int(timeout), "limit": BATCH, "allowed_updates": LISTEN}
        if offset is not None:
            fields["offset"] = offset
        found = await self._must(self._polls, "getUpdates", fields, timeout + POLL_GRACE_S)
        if not isinstance(found, list):
            raise CallFailed(Unknown("updates are not a list"))
        return found

    async def deliver(self, call: Call) -> Outcome:
        """Make one call; what the server and the network do comes back as a value."""
        method, fields = METHODS[call.verb](call)
        try:
            result = await self._post(self._calls, method, fields)
        except TelegramError as error:
            return outcome_of(error)
        except OSError as error:  # of a document: what the network does is a TelegramError by now
            return Refused(f"the file cannot be read: {type(error).__name__}")
        return Sent(result["message_id"] if isinstance(result, dict) else 0)

    async def fetch_file(self, file: str, limit: int) -> bytes:
        """Download a file by its id. CallFailed otherwise, with `Refused` where it has more than `limit` bytes.

        A Bot API server of one's own that was started with `--local` names paths on its own disk, which
        are not read: `Refused`.
        """
        found = await self._must(self._calls, "getFile", {"file_id": file})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not _SERVED.fullmatch(path):
            raise CallFailed(Refused("the server does not hand the file out"))
        try:
            return await self._calls.download(
                f"{self._base_url}/file/bot{self._token.get_secret_value()}/{path}", limit
            )
        except TelegramError as error:
            outcome = outcome_of(error)
        raise CallFailed(outcome)

    async def show_busy(self, chat: int, thread: int | None) -> None:
        """Show "sending a file …" for five seconds. A failure is nobody's concern."""
        topic = {} if thread is None else {"message_thread_id": thread}
        with suppress(TelegramError):
            await self._post(self._calls, "sendChatAction", {"chat_id": chat, "action": "upload_document", **topic})

    def read(self, raw: Any) -> Incoming | None:
        """Return what an update says, None when it is nothing for us. BadUpdate when it makes no sense."""
        return read(raw, self._id, self._clock.now())

    def update_key(self, raw: Any) -> int | None:
        """Return the update's number, None where it has none."""
        return update_key(raw)

    async def set_commands(self, scope: str | int, language: str, commands: Sequence[tuple[str, str]]) -> None:
        """Set the menu for a scope (`default`, `all_private_chats`, `all_group_chats`) or for one chat's id."""
        await self._must(
            self._calls,
            "setMyCommands",
            {
                "commands": [{"command": name, "description": words} for name, words in commands],
                "scope": {"type": scope} if isinstance(scope, str) else {"type": "chat", "chat_id": scope},
                "language_code": language,
            },
        )

    async def get_webhook(self) -> Webhook:
        """Ask where updates are delivered to."""
        found = await self._must(self._calls, "getWebhookInfo")
        failed, why = found.get("last_error_date", 0), found.get("last_error_message", "")
        return Webhook(found["url"], found["pending_update_count"], failed, why)

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates posted to `url`; what is pending is posted there too."""
        fields = {"url": url, "secret_token": secret, "allowed_updates": LISTEN, "max_connections": DELIVERIES}
        await self._must(self._calls, "setWebhook", {**fields, "drop_pending_updates": False})

    async def delete_webhook(self) -> None:
        """Stop delivery by webhook; what is pending is kept for polling."""
        await self._must(self._calls, "deleteWebhook", {"drop_pending_updates": False})

    async def _must(
        self,
        request: AiohttpRequest,
        method: str,
        fields: Mapping[str, Any] | None = None,
        read_timeout: float | None = None,
    ) -> Any:
        """Return the result of a call. CallFailed with the outcome otherwise."""
        try:
            return await self._post(request, method, fields or {}, read_timeout)
        except TelegramError as error:
            outcome = outcome_of(error)
        raise CallFailed(outcome)

    def _post(
        self,
        request: AiohttpRequest,
        method: str,
        fields: Mapping[str, Any],
        read_timeout: float | None = None,
    ) -> Coroutine[Any, Any, Any]:
        url = f"{self._base_url}/bot{self._token.get_secret_value()}/{method}"
        if method in WITH_FILES:
            return _post_files(request, url, fields)
        return request.call(url, fields, read_timeout)


async def _post_files(request: AiohttpRequest, url: str, fields: Mapping[str, Any]) -> Any:
    with ExitStack() as opened:
        data = RequestData([_parameter(name, value, opened) for name, value in fields.items()])
        return await request.post(url, data, read_timeout=request.read_timeout)
