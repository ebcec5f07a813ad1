"""One call of a method: where its arguments come from and how they are read."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.errors import bad_request

_TRUE = ("true", "yes", "1")


@dataclass(frozen=True, slots=True)
class Upload:
    """Hold one uploaded file."""

    name: str
    mime_type: str
    data: bytes


@dataclass(slots=True)
class Call:
    """Hold the arguments of one call; nested objects may come as JSON text or as they are."""

    method: str
    bot: BotAccount
    args: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return an argument as text, empty when it is absent."""
        value = self.args.get(name, "")
        if isinstance(value, str):
            if not value.isascii():
                _check_unicode(value)
            return value
        return "" if value is None else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """Return an argument as a number; what is none counts as absent, as Telegram has it."""
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        """Return whether an argument is switched on."""
        return str(self.args.get(name, "")).lower() in _TRUE

    def json(self, name: str, what: str) -> Any:
        """Return a nested argument, None when it is absent; `what` names it in the refusal."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def chat_number(self) -> int | None:
        """Return `chat_id` as a number, or None, without judging it."""
        return self.number("chat_id") or None


def _check_unicode(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


async def read_call(request: web.Request, method: str, bot: BotAccount) -> Call:
    """Read the arguments from the query and the body: form fields, JSON or multipart."""
    call = Call(method, bot, dict(request.query) if request.query_string else {})
    match request.content_type:
        case "application/json":
            call.args |= _json_object(await request.read())
        case "multipart/form-data":
            await _read_parts(request, call)
        case _ if request.can_read_body:
            form = (await request.read()).decode(errors="surrogateescape")
            call.args |= parse_qsl(form, keep_blank_values=True)
    return call


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body) if body else {}
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise bad_request("Can't parse JSON object")
    return value


async def _read_parts(request: web.Request, call: Call) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        data = bytes(await part.read(decode=True))
        if part.filename is None:
            call.args[part.name] = data.decode(errors="surrogateescape")
        else:
            mime_type = part.headers.get("Content-Type", "application/octet-stream")
            call.files[part.name] = Upload(part.filename, mime_type, data)
