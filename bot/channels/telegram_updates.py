"""Raw updates of Telegram into what was said, by narrow checks of exactly what is used.

Everything here comes from outside. What cannot be what Telegram means raises BadUpdate with the name of
the field, never with its content; kinds that are nothing for us are None.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels import BadUpdate
from bot.domain.messages import FileRef, Incoming, Place, Said, Speaker
from bot.domain.text import clean

ANONYMOUS_ADMIN = 1_087_968_824
CHANNEL_POSTS = 777_000  # "Telegram" itself, as which posts of a linked channel are forwarded
NOBODY = frozenset({ANONYMOUS_ADMIN, CHANNEL_POSTS})
NAME = 64
TITLE = 128
FILE_NAME = 128
MIME = 128
FIRST_DATE = 1_375_000_000  # 2013, when Telegram began
LAST_DATE = 4_102_444_800  # 2100
LARGEST = 2**62

SHOWN = frozenset(
    {
        "animation",
        "audio",
        "checklist",
        "contact",
        "dice",
        "document",
        "game",
        "gift",
        "invoice",
        "location",
        "paid_media",
        "photo",
        "poll",
        "sticker",
        "story",
        "venue",
        "video",
        "video_note",
        "voice",
    }
)
FORWARDED = frozenset({"via_bot", "forward_origin", "forward_date", "forward_from", "is_automatic_forward"})
PRESENT = frozenset({"creator", "administrator", "member"})
SPEAKABLE = frozenset({"private", "group", "supergroup"})

_HALF = re.compile("[\ud800-\udfff]")  # half a character: JSON can say it, and nothing can store it

Json = Mapping[str, Any]


def update_key(raw: Any) -> int | None:
    """Return `update_id`, or None where the item is no object or has no usable number."""
    key = raw.get("update_id") if isinstance(raw, dict) else None
    return key if type(key) is int and 0 < key < LARGEST else None


def read(raw: Any, bot: int, now: datetime) -> Incoming | None:
    """Return what the update says to the bot with id `bot`, or None when it is nothing for us.

    `now` dates button presses, which carry no time of their own. BadUpdate when the update is broken.
    """
    key = update_key(raw)
    if key is None:
        raise BadUpdate("update_id")
    for kind, reader in KINDS.items():
        if kind in raw:
            return reader(key, _object(raw, kind), bot, now)
    return None


def _message(key: int, message: Json, bot: int, _now: datetime) -> Incoming | None:
    """Read a new message: text, something shown, or the two signs of a migration."""
    text = message.get("text")
    if text is None:
        if "migrate_to_chat_id" in message or "migrate_from_chat_id" in message:
            return _migration(key, message)
        if SHOWN.isdisjoint(message):
            return None
        return _spoken(key, Said.MEDIA, message, message.get("caption", ""), bot)
    return _spoken(key, Said.TEXT, message, text, bot)


def _edited(key: int, message: Json, bot: int, _now: datetime) -> Incoming | None:
    """Read an edited text. Edits of pictures, and every step of a live location, say nothing to us."""
    text = message.get("text")
    return None if text is None else _spoken(key, Said.EDIT, message, text, bot)


def _spoken(key: int, said: Said, message: Json, text: Any, bot: int) -> Incoming | None:
    place = _place(message)
    if place is None:
        return None
    if not isinstance(text, str):
        raise BadUpdate("text")
    _check_entities(message.get("entities"))
    at = _date(message, "date")
    replied = _answered(message.get("reply_to_message"), bot)
    return Incoming(
        update=key,
        said=said,
        place=place,
        speaker=_speaker(message),
        at=at,
        moment=_date(message, "edit_date") if said is Said.EDIT else at,
        message=_number(message, "message_id"),
        text=text,
        forwarded=not FORWARDED.isdisjoint(message),
        reply_to_bot=replied is not None,
        reply_to=replied or 0,
        file=_document(message) if said is Said.MEDIA else None,
    )


def _document(message: Json) -> FileRef | None:
    """Return the document that the message carries, as its sender describes it; None where it has no id."""
    document = message.get("document")
    file = document.get("file_id") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(file, str) or not file.isascii():
        return None
    name, size, mime = (document.get(field) for field in ("file_name", "file_size", "mime_type"))
    return FileRef(
        file,
        clean(name, FILE_NAME) if isinstance(name, str) else "",
        size if type(size) is int and 0 < size < LARGEST else 0,
        clean(mime, MIME) if isinstance(mime, str) else "",
    )


def _migration(key: int, message: Json) -> Incoming | None:
    """Read either sign of a migration as the same fact: the old id, and the new one."""
    place = _place(message)
    if place is None:
        return None
    if "migrate_to_chat_id" in message:
        old, new = place.id, _number(message, "migrate_to_chat_id")
    else:
        old, new = _number(message, "migrate_from_chat_id"), place.id
    at = _date(message, "date")
    return Incoming(key, Said.MIGRATED, Place(old, private=False, title=place.title), None, at, at, new_id=new)


def _pressed(key: int, query: Json, _bot: int, now: datetime) -> Incoming | None:
    """Read a button press. The message it is under may be inaccessible (date 0), its ids still hold."""
    if "message" not in query:
        return None
    message = _object(query, "message")
    place = _place(message)
    if place is None:
        return None
    return Incoming(
        update=key,
        said=Said.BUTTON,
        place=place,
        speaker=_person(_object(query, "from")),
        at=now,
        moment=now,
        message=_number(message, "message_id"),
        query=_string(query, "id"),
        data=_string(query, "data") if "data" in query else "",
    )


def _membership(key: int, change: Json, _bot: int, _now: datetime) -> Incoming | None:
    """Read whether the bot can now speak in a chat, and who brought that about."""
    place = _place(change)
    if place is None:
        return None
    member = _object(change, "new_chat_member")
    status = _string(member, "status")
    present = status in PRESENT or (status == "restricted" and member.get("is_member") is True)
    at = _date(change, "date")
    speaker = _person(_object(change, "from"))
    return Incoming(key, Said.MEMBERSHIP, place, speaker, at, at, present=present)


KINDS: Mapping[str, Callable[[int, Json, int, datetime], Incoming | None]] = {
    "message": _message,
    "callback_query": _pressed,
    "edited_message": _edited,
    "my_chat_member": _membership,
}


def _place(holder: Json) -> Place | None:
    """Return where it happened; None for channels, where nobody speaks to a bot."""
    chat = _object(holder, "chat")
    number, kind = _number(chat, "id"), _string(chat, "type")
    if kind not in SPEAKABLE:
        return None
    # In groups without topics the thread is that of a reply, and nothing can be sent there.
    thread = _number(holder, "message_thread_id") if holder.get("is_topic_message") is True else None
    if kind == "private":
        return Place(number, private=True, thread=thread)
    return Place(number, private=False, title=clean(_string(chat, "title"), TITLE), thread=thread)


def _speaker(message: Json) -> Speaker | None:
    """Return who wrote it, None where it was written for a chat or channel and so by nobody in particular."""
    if "from" not in message or "sender_chat" in message:
        return None
    return _person(_object(message, "from"))


def _person(user: Json) -> Speaker | None:
    number = _number(user, "id")
    first, last = _string(user, "first_name"), user.get("last_name")
    if number in NOBODY or user.get("is_bot") is True:
        return None
    name = f"{first} {last}" if isinstance(last, str) else first
    language = user.get("language_code")
    return Speaker(number, clean(name, NAME), language if isinstance(language, str) else "")


def _answered(replied: Any, bot: int) -> int | None:
    """Return which message of the bot is answered, 0 where that cannot be told; None where none is.

    In a topic that the bot made, everything seems to answer it.
    """
    if not isinstance(replied, dict) or "forum_topic_created" in replied:
        return None
    author = replied.get("from")
    if not isinstance(author, dict) or author.get("id") != bot:
        return None
    message = replied.get("message_id")
    return message if type(message) is int and 0 < message < LARGEST else 0


def _check_entities(entities: Any) -> None:
    if entities is None:
        return
    if not isinstance(entities, list):
        raise BadUpdate("entities")
    for entity in entities:
        if not isinstance(entity, dict) or type(entity.get("offset")) is not int:
            raise BadUpdate("entities.offset")
        if type(entity.get("length")) is not int:
            raise BadUpdate("entities.length")


def _object(holder: Json, field: str) -> Json:
    value = holder.get(field)
    if not isinstance(value, dict):
        raise BadUpdate(field)
    return value


def _number(holder: Json, field: str) -> int:
    value = holder.get(field)
    if type(value) is not int or not -LARGEST < value < LARGEST:
        raise BadUpdate(field)
    return value


def _string(holder: Json, field: str) -> str:
    value = holder.get(field)
    if not isinstance(value, str) or (not value.isascii() and _HALF.search(value)):
        raise BadUpdate(field)
    return value


def _date(holder: Json, field: str) -> datetime:
    value = holder.get(field)
    if type(value) is not int or not FIRST_DATE <= value < LAST_DATE:
        raise BadUpdate(field)
    return datetime.fromtimestamp(value, UTC)
