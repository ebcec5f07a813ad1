"""What the browser is shown of the world, as JSON. Tokens and the codes of invites never get there."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rehearsal.botapi import GroupChat, Message, PrivateChat, World
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.botapi.content import SERVICE
from bot.rehearsal.botapi.entities import utf16_length
from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.page.cast import Cast
from bot.rehearsal.page.hours import Hours

Json = dict[str, Any]

NEXT = 8
EXCERPT = 80
_START = re.compile(r"(/start)\s.*", re.DOTALL)
_BIND = re.compile(r"(/(?:gan|bind)(?:@\w+)?\s+)\S.*", re.DOTALL)
_HIDDEN = "••••••"


def text_of(message: Message) -> str:
    """Return the text as a person sees it: messengers hide what stands behind /start, and we every code."""
    if message.by_bot:
        return message.text
    return _BIND.sub(rf"\1{_HIDDEN}", _START.sub(r"\1", message.text))


def message(shown: Message, zone: ZoneInfo) -> Json:
    """Return one bubble. Times are local; offsets of entities count UTF-16 units, as strings in browsers do."""
    local, text = datetime.fromtimestamp(shown.date, zone), text_of(shown)
    ends = utf16_length(text)
    return {
        "id": shown.message_id,
        "from": shown.sender.id if shown.sender and not shown.sender_chat else None,
        "who": shown.who,
        "bot": shown.by_bot,
        "day": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "edited": shown.edited,
        "text": text,
        "entities": [each for each in shown.entities if each["offset"] + each["length"] <= ends],
        "buttons": _buttons(shown),
        "service": _service(shown),
        "media": _media(shown),
        "reply": _reply(shown),
        "topic": shown.thread if shown.in_topic else None,
        "pinned": shown.pinned,
    }


def _buttons(shown: Message) -> list[list[Json]]:
    """Return the labels and links of the keyboard; what a press carries stays here."""
    rows = (shown.reply_markup or {}).get("inline_keyboard", [])
    return [[{"text": each["text"], "url": each.get("url")} for each in row] for row in rows]


def _service(shown: Message) -> Json | None:
    """Return what happened to the chat, with the names that it happened to."""
    kind = next((kind for kind in shown.content if kind in SERVICE), None)
    if kind is None:
        return None
    held = shown.content[kind]
    if kind == "new_chat_members":
        return {"kind": kind, "names": [_name(card) for card in held]}
    if kind == "left_chat_member":
        return {"kind": kind, "names": [_name(held)]}
    return {"kind": kind, "names": [held["name"]] if kind == "forum_topic_created" else []}


def _name(card: Json) -> str:
    return " ".join(filter(None, (card["first_name"], card.get("last_name"))))


def _media(shown: Message) -> Json | None:
    if shown.media is None:
        return None
    file = shown.file
    card: Json = {"kind": shown.media}
    if file is not None:
        card |= {"file": file.file_id, "name": file.name, "size": len(file.data)}
    if shown.media == "photo":
        largest = shown.content["photo"][-1]
        card |= {"width": largest["width"], "height": largest["height"]}
    return card


def _reply(shown: Message) -> Json | None:
    answered = shown.reply_to
    if answered is None:
        return None
    return {"id": answered.message_id, "who": answered.who, "text": text_of(answered)[:EXCERPT]}


def chats(world: World) -> Iterator[Chat]:
    """Yield every chat that there is something to see in: groups, then people in the order they came."""
    yield from world.groups.values()
    yield from (chat for chat in world.bot.private_chats.values() if chat.messages)


def chat(shown: Chat, cast: Cast, zone: ZoneInfo) -> Json:
    """Return one line of the list of chats, with what a phone's head shows."""
    card = {"id": shown.id, "title": shown.title, "kind": shown.kind, "last": _last(shown, zone)}
    card["pinned"] = _pinned(shown)
    if isinstance(shown, PrivateChat):
        player = cast.players.get(shown.id)
        card["role"] = player.role or "admin" if player else None
        card["unit"] = player.unit.code if player and player.unit else None
        card["extra"] = player.extra if player else False
        card["blocked"] = shown.blocked
    if isinstance(shown, GroupChat):
        card |= _group(shown, cast)
    return card


def _group(shown: Group, cast: Cast) -> Json:
    inside = (shown.people[key] for key, status in shown.members.items() if status not in ("left", "kicked"))
    unit = cast.groups.get(shown.id)
    return {
        "unit": unit.code if unit else None,
        "members": [{"id": each.id, "name": each.name} for each in inside if not each.is_bot],
        "topics": [{"id": topic.id, "name": topic.name} for topic in shown.topics.values()],
        "moved": shown.migrated_to.id if shown.migrated_to else None,
    }


def _pinned(shown: Chat) -> Json | None:
    if not shown.pinned:
        return None
    return {"id": shown.pinned[-1].message_id, "text": text_of(shown.pinned[-1])[:EXCERPT]}


def _last(shown: Chat, zone: ZoneInfo) -> Json | None:
    if not shown.messages:
        return None
    newest = shown.last()
    return {
        "id": newest.message_id,
        "who": newest.who,
        "text": text_of(newest)[:EXCERPT],
        "service": _service(newest),
        "media": newest.media,
        "time": f"{datetime.fromtimestamp(newest.date, zone):%H:%M}",
    }


def hours(shown: Hours) -> Json:
    """Return the clock: the local moment, the speed, and the days to the next deadline."""
    now = shown.now
    return {
        "day": f"{now:%Y-%m-%d}",
        "time": f"{now:%H:%M:%S}",
        "left": (shown.deadline.deadline - now.date()).days,
        "until": shown.deadline.name,
        "speed": shown.speed,
        "leaping": shown.leaping,
    }


def pushes(shown: Hours) -> list[Json]:
    """Return the next pushes."""
    return [{"job": slot.job, "day": slot.day.isoformat(), "time": f"{slot.time:%H:%M}"} for slot in shown.next(NEXT)]


def menu(world: World, *, group: bool, language: str) -> list[Json]:
    """Return the command menu that the bot has set for such a chat, in the person's language if there is one."""
    scope = f'{{"type": "{"all_group_chats" if group else "all_private_chats"}"}}'
    menus = world.bot.commands
    return menus.get((scope, language)) or menus.get((scope, "")) or []
