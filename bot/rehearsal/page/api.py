"""What the page asks for and orders: small JSON calls, each one move that a person could make."""

from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from pydantic import ValidationError

from bot.rehearsal.botapi import GroupChat, Message, PrivateChat, User
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.page import state
from bot.rehearsal.page.asked import (
    Block,
    Bot,
    Cut,
    Edit,
    Everybody,
    Gather,
    Join,
    Leap,
    Push,
    Say,
    Sent,
    Speed,
    Wanted,
    Where,
)
from bot.rehearsal.page.crowd import NothingRuns
from bot.rehearsal.page.guard import add_headers, guard
from bot.rehearsal.page.hours import SPEEDS
from bot.rehearsal.page.rehearsal import Rehearsal
from bot.rehearsal.wire import Gone
from storage.people import Role

Json = dict[str, Any]

STATIC = Path(__file__).parent / "static"
PAGE = 100
NEWEST = 200
LARGEST_FILE = 20 * 1024 * 1024  # what getFile hands to a bot (https://core.telegram.org/bots/api#getfile)
HEARTBEAT_S = 15
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")


class Refused(Exception):
    """What was asked cannot be done now; `why` is a word that the page has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Api:
    """The calls of the page, over one rehearsal."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._its = rehearsal

    def app(self) -> web.Application:
        """Return the application that serves page and calls."""
        app = web.Application(middlewares=[guard], client_max_size=LARGEST_FILE)
        app.on_response_prepare.append(add_headers)
        app.router.add_get("/", self._index)
        app.router.add_get("/api/setting", self._setting)
        app.router.add_get("/api/events", self._events)
        app.router.add_get("/api/chats/{chat:-?[0-9]+}", self._bubbles)
        app.router.add_get("/api/chats/{chat:-?[0-9]+}/menu", self._menu)
        app.router.add_get("/api/files/{file}", self._file)
        app.router.add_post("/api/chats/{chat:-?[0-9]+}/send", self._send)
        for path, kind, call in self._orders():
            app.router.add_post(path, _order(kind, call))
        app.router.add_static("/static", STATIC)
        return app

    def _orders(self) -> tuple[tuple[str, type[Any], Callable[..., Awaitable[Json]]], ...]:
        return (
            ("/api/chats/{chat:-?[0-9]+}/say", Say, self._say),
            ("/api/chats/{chat:-?[0-9]+}/edit", Edit, self._edit),
            ("/api/chats/{chat:-?[0-9]+}/press", Push, self._press),
            ("/api/join", Join, self._join),
            ("/api/gather", Gather, self._gather),
            ("/api/everybody", Everybody, self._everybody),
            ("/api/speed", Speed, self._speed),
            ("/api/leap", Leap, self._leap),
            ("/api/cut", Cut, self._cut),
            ("/api/bot", Bot, self._bot),
            ("/api/slow", Where, self._slow),
            ("/api/block", Block, self._block),
            ("/api/upgrade", Where, self._upgrade),
        )

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _setting(self, _: web.Request) -> web.StreamResponse:
        return _json(await self._its.setting())

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Send events until the page goes away."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        listening = self._its.feed.listen()
        try:
            while (event := await listening.next(HEARTBEAT_S)) is not None:
                await response.write(event)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            listening.end()
        return response

    async def _bubbles(self, request: web.Request) -> web.StreamResponse:
        """Return the newest bubbles of a chat, or those next before or after a message."""
        chat = self._chat(request)
        found, older, newer = _window(chat, _number(request, "before"), _number(request, "after"))
        bubbles = [self._its.bubble(each) for each in found]
        line = self._its.chat_line(chat)
        return _json({"chat": line, "messages": bubbles, "older": older, "newer": newer})

    async def _menu(self, request: web.Request) -> web.StreamResponse:
        chat = self._chat(request)
        language = request.query.get("language", "")
        return _json(state.menu(self._its.world, group=isinstance(chat, GroupChat), language=language))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Show a picture, or hand a document down."""
        file = self._its.world.stage.files.by_id.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        if "save" not in request.query and file.mime_type in PICTURES:
            return web.Response(body=file.data, content_type=file.mime_type)
        name = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {"Content-Disposition": name}
        return web.Response(body=file.data, content_type="application/octet-stream", headers=headers)

    async def _say(self, request: web.Request, asked: Say) -> Json:
        chat, person, text = self._chat(request), self._person(asked.person), asked.text.strip()
        reply_to = chat.messages[asked.reply_to] if asked.reply_to is not None else None
        if not text:
            raise Refused("empty")
        _check_inside(chat, person)
        if isinstance(chat, GroupChat):
            topic = chat.topics[asked.topic] if asked.topic is not None else None
            return {"message": chat.say(person, text, reply_to=reply_to, topic=topic).message_id}
        return {"message": person.private.send(text, reply_to=reply_to).message_id}

    async def _send(self, request: web.Request) -> web.Response:
        """Send a photo or a document as somebody."""

        async def send(request: web.Request, asked: Sent) -> Json:
            chat, person, data = self._chat(request), self._person(asked.person), await request.read()
            if not data:
                raise Refused("empty")
            _check_inside(chat, person)
            kind, name, caption = asked.kind, asked.name, asked.caption.strip()
            if isinstance(chat, GroupChat):
                topic = chat.topics[asked.topic] if asked.topic is not None else None
                sent = chat.say_media(person, kind, data, name=name, caption=caption, topic=topic)
            else:
                sent = person.private.send_media(kind, data, name=name, caption=caption)
            return {"message": sent.message_id}

        return await _answered(lambda: send(request, Sent.model_validate(dict(request.query))))

    async def _edit(self, request: web.Request, asked: Edit) -> Json:
        message = self._message(request, asked.message)
        person = self._person(asked.person)
        if message.sender is not person or not asked.text.strip():
            raise Refused("not_yours")
        person.edit(message, asked.text.strip())
        return {}

    async def _press(self, request: web.Request, asked: Push) -> Json:
        message, person = self._message(request, asked.message), self._person(asked.person)
        _check_inside(message.chat, person)
        rows = (message.reply_markup or {}).get("inline_keyboard", [])
        press = person.press_data(message, rows[asked.row][asked.column]["callback_data"])
        try:
            return {"text": await press.answer(), "alert": press.alert}
        except TimeoutError:
            raise Refused("no_answer") from None

    async def _join(self, _: web.Request, asked: Join) -> Json:
        user = await self._its.cast.join(asked.unit, Role(asked.role), approve=asked.approve)
        return {"chat": user.id}

    async def _gather(self, _: web.Request, asked: Gather) -> Json:
        return {"chat": (await self._its.cast.gather(asked.unit)).id}

    async def _everybody(self, _: web.Request, asked: Everybody) -> Json:
        if self._its.crowd.busy:
            raise Refused("busy")
        if self._its.hours.dark:
            raise Refused("dark")
        try:
            return {"sent": await self._its.crowd.report(asked.share, asked.seed)}
        except NothingRuns:
            raise Refused("over") from None

    async def _speed(self, _: web.Request, asked: Speed) -> Json:
        if asked.speed not in SPEEDS:
            raise LookupError(asked.speed)
        self._its.hours.speed = asked.speed
        self._its.hours.moved()
        return {}

    async def _leap(self, _: web.Request, asked: Leap) -> Json:
        if self._its.hours.leaping:
            raise Refused("busy")
        if not await self._its.hours.leap(asked.goal):
            raise Refused("behind")
        return {}

    async def _cut(self, _: web.Request, asked: Cut) -> Json:
        await (self._its.trouble.cut(asked.minutes) if asked.minutes else self._its.trouble.mend())
        return {}

    async def _bot(self, _: web.Request, asked: Bot) -> Json:
        trouble = self._its.trouble
        if trouble.down is not (asked.do == "start"):
            raise Refused("down" if trouble.down else "busy")
        if not trouble.down:
            await trouble.kill()
        if asked.do != "kill" and not await trouble.revive():
            raise Refused("not_started")
        return {}

    async def _slow(self, _: web.Request, asked: Where) -> Json:
        self._its.trouble.slow(self._find(asked.chat).id)
        return {}

    async def _block(self, _: web.Request, asked: Block) -> Json:
        chat = self._find(asked.chat)
        if not isinstance(chat, PrivateChat):
            raise Refused("no_person")
        self._its.trouble.block(chat, blocked=asked.blocked)
        return {}

    async def _upgrade(self, _: web.Request, asked: Where) -> Json:
        chat = self._find(asked.chat)
        if not isinstance(chat, GroupChat) or chat.kind != "group" or chat.migrated_to is not None:
            raise Refused("no_group")
        return {"chat": self._its.trouble.upgrade(chat).id}

    def _chat(self, request: web.Request) -> Chat:
        return self._find(int(request.match_info["chat"]))

    def _find(self, number: int) -> Chat:
        found: Chat | None = self._its.world.groups.get(number) or self._its.world.bot.private_chats.get(number)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _message(self, request: web.Request, number: int) -> Message:
        return self._chat(request).messages[number]

    def _person(self, number: int) -> User:
        return self._its.world.users[number]


def _check_inside(chat: Chat, person: User) -> None:
    """Refuse what a person could not do: be in another's phone, in a group one left, or past a block."""
    if isinstance(chat, PrivateChat):
        if chat.id != person.id:
            raise LookupError(person.id)
        if chat.blocked:
            raise Refused("blocked")
    elif isinstance(chat, GroupChat):
        if chat.migrated_to is not None:
            raise Refused("moved")
        if chat.status(person) in ("left", "kicked"):
            raise Refused("no_member")


def _number(request: web.Request, name: str) -> int | None:
    found = request.query.get(name, "")
    return int(found) if found.isdecimal() else None


def _window(chat: Chat, before: int | None, after: int | None) -> tuple[list[Message], bool, bool]:
    """Return a page of messages, and whether there are older and newer ones."""
    everything = chat.transcript()
    start, stop = max(0, len(everything) - NEWEST), len(everything)
    if before is not None:
        stop = bisect_left(everything, before, key=_by_number)
        start = max(0, stop - PAGE)
    elif after is not None:
        start = bisect_right(everything, after, key=_by_number)
        stop = min(len(everything), start + PAGE)
    return everything[start:stop], start > 0, stop < len(everything)


def _by_number(message: Message) -> int:
    return message.message_id


def _order(kind: type[Wanted], call: Callable[[web.Request, Wanted], Awaitable[Json]]) -> Any:
    """Return a handler that reads what is asked and carries it out."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        return await _answered(lambda: call(request, kind.model_validate_json(body)))

    return handle


async def _answered(carry_out: Callable[[], Awaitable[Json]]) -> web.Response:
    """Carry out an order and answer it, or say why not."""
    try:
        return _json(await carry_out())
    except Refused as refused:
        return _json({"error": refused.why}, 409)
    except Gone:
        return _json({"error": "down"}, 409)
    except ValidationError:
        return _json({"error": "bad"}, 400)
    except LookupError:
        return _json({"error": "unknown"}, 404)


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)
