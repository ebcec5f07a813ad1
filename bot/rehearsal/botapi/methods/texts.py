"""Texts and captions of a call, parsed and measured."""

from typing import Any

from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.entities import find_entities, trim, utf16_length
from bot.rehearsal.botapi.errors import bad_request
from bot.rehearsal.botapi.html import parse_html

Json = dict[str, Any]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100
_LONGEST_SOURCE = 32_768


def text_of(call: Call) -> Json:
    """Return the content of a text message; lengths are limited in UTF-16 units after parsing."""
    text, entities = _formatted(call, call.args, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("MESSAGE_TOO_LONG" if call.method.startswith("edit") else "message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption_of(call: Call, source: Json) -> Json:
    """Return the caption's part of a content, empty without one; `source` holds its arguments."""
    caption, entities = _formatted(call, source, "caption", "caption_entities")
    if utf16_length(caption) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    content: Json = {"caption": caption} if caption else {}
    return {**content, "caption_entities": entities} if entities else content


def _formatted(call: Call, source: Json, key: str, entities_key: str) -> tuple[str, list[Json]]:
    """Return text and entities after parse mode, trimming and Telegram's own finds."""
    arguments = Call(call.method, call.bot, source)
    text, mode = arguments.text(key), arguments.text("parse_mode").lower()
    if len(text.encode()) > _LONGEST_SOURCE:
        raise bad_request("text is too long")
    if mode == "html":
        text, entities = parse_html(text)
    elif mode in ("", "none"):
        entities = arguments.json(entities_key, "message entities") or []
    else:
        raise bad_request("unsupported parse_mode")
    text, entities = trim(text, entities)
    return text, find_entities(text, entities)[:MOST_ENTITIES]
