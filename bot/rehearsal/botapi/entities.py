"""Lengths in UTF-16 units and the entities that Telegram finds by itself."""

import re
from typing import Any

Json = dict[str, Any]

_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?<![\w/<>])(?P<bot_command>/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?)(?![\w/<>])"
    r"|(?<!\w)(?P<mention>@[a-zA-Z0-9_]{3,32})(?!\w)"
    r"|(?<!\w)(?P<hashtag>\#\w*[^\W\d]\w*)"
)
_MARK = re.compile(r"h(?=ttps?://)|[/@#]")
"""With what each of them begins: to look for that first is quicker than to try them at every character."""
_QUIET = ("code", "pre", "text_link", "text_mention")


def utf16_length(text: str) -> int:
    """Return the length of `text` as Telegram counts it, in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def find_entities(text: str, marked: list[Json] | None = None) -> list[Json]:
    """Return `marked` with the commands, mentions, hashtags and links that stand outside code and links.

    Offsets and lengths are in UTF-16 units. The patterns follow tdlib's `MessageEntity.cpp`.
    """
    found = list(marked or ())
    end = 0
    for mark in _MARK.finditer(text):
        match = _FOUND.match(text, mark.start()) if mark.start() >= end else None
        if match is None:
            continue
        end = match.end()
        entity = {
            "type": match.lastgroup or "",
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match.group()),
        }
        if not any(_overlap(entity, other) for other in marked or ()):
            found.append(entity)
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))


def _overlap(entity: Json, other: Json) -> bool:
    if other["type"] not in _QUIET:
        return False
    ends = other["offset"] + other["length"]
    return bool(entity["offset"] < ends and other["offset"] < entity["offset"] + entity["length"])


def entity_text(text: str, entity: Json) -> str:
    """Return the part of `text` that `entity` covers."""
    units = text.encode("utf-16-le", "surrogatepass")
    start, length = 2 * entity["offset"], 2 * entity["length"]
    return units[start : start + length].decode("utf-16-le", "surrogatepass")


def trim(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Return `text` without blanks at its ends, with `entities` moved and cut to fit."""
    left = len(text) - len(text.lstrip())
    if not left and text == text.rstrip():
        return text, entities
    trimmed = text.strip()
    shift, whole = utf16_length(text[:left]), utf16_length(trimmed)
    fitted = []
    for entity in entities:
        start = max(0, entity["offset"] - shift)
        end = min(whole, entity["offset"] + entity["length"] - shift)
        if end > start:
            fitted.append({**entity, "offset": start, "length": end - start})
    return trimmed, fitted
