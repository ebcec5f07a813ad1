"""Telegram's HTML: tags to entities, refusing what Telegram refuses.

The grammar and the words of the refusals are those of tdlib's `parse_html`. Offsets in refusals
count UTF-8 bytes, offsets in entities count UTF-16 units.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.rehearsal.botapi.entities import utf16_length
from bot.rehearsal.botapi.errors import ApiError, bad_request

Json = dict[str, Any]

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(
    r"&(?:#x(?P<hex>[0-9a-fA-F]{1,6})(?![0-9a-fA-F])|#(?P<dec>[0-9]{1,7})(?![0-9])|(?P<name>lt|gt|amp|quot)(?![a-zA-Z]));?"
)
_END_TAG = re.compile(r"</(?P<name>[^\s>]*)\s*(?P<close>>?)")
_START_NAME = re.compile(r"<(?P<name>[^\s>]*)")
_ATTRIBUTE = re.compile(r"\s*(?P<name>[^\s=>/\"']*)\s*(?P<equals>=?)\s*")
_TOKEN = re.compile(r"[a-zA-Z0-9.\-]*")
_BEYOND_UNICODE = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(slots=True)
class _OpenTag:
    """Hold a start tag until its end comes."""

    name: str
    argument: str
    offset: int
    begins: int


@dataclass(slots=True)
class _Parser:
    """Walk over the source once."""

    source: str
    position: int = 0
    out: list[str] = field(default_factory=list)
    offset: int = 0
    open: list[_OpenTag] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def write(self, text: str) -> None:
        """Add `text` to the result."""
        if text:
            self.out.append(text)
            self.offset += utf16_length(text)

    def refuse(self, what: str, position: int | None = None) -> ApiError:
        """Return the refusal, with the byte offset of `position` when it is given."""
        if position is not None:
            what = f"{what} at byte offset {len(self.source[:position].encode())}"
        return bad_request(f"can't parse entities: {what}")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Return the plain text and its entities; raise ApiError where Telegram would refuse."""
    if "<" not in source and "&" not in source:
        return source, []
    parser = _Parser(source)
    while parser.position < len(source):
        _step(parser)
    if parser.open:
        raise parser.refuse(f'Can\'t find end tag corresponding to start tag "{parser.open[-1].name}"')
    for entity in parser.entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    parser.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return "".join(parser.out), parser.entities


def _step(parser: _Parser) -> None:
    """Consume plain text up to the next `<`, or one tag."""
    source, start = parser.source, parser.position
    if source[start] != "<":
        end = source.find("<", start)
        parser.position = len(source) if end < 0 else end
        parser.write(_decode(parser, source[start : parser.position]))
    elif source.startswith("</", start):
        _end_tag(parser)
    else:
        _start_tag(parser)


def _decode(parser: _Parser, text: str) -> str:
    """Replace character references; an unknown one stays as it was written."""

    def character(match: re.Match[str]) -> str:
        if match["name"]:
            return _NAMED[match["name"]]
        code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
        if code in _SURROGATES:
            raise parser.refuse(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return chr(code) if 0 < code < _BEYOND_UNICODE else match.group()

    return _REFERENCE.sub(character, text) if "&" in text else text


def _start_tag(parser: _Parser) -> None:
    start = parser.position
    match = _START_NAME.match(parser.source, start)
    if match is None or match.end() >= len(parser.source):
        raise parser.refuse("Unclosed start tag", start)
    name = match["name"].lower()
    if name not in _KINDS:
        raise parser.refuse(f'Unsupported start tag "{name}"', start)
    parser.position = match.end()
    argument = ""
    while (attribute := _attribute(parser, name, start)) is not None:
        argument = _argument(name, *attribute) or argument
    if name == "span" and argument != "spoiler":
        raise parser.refuse('Tag "span" must have class "tg-spoiler"', start)
    parser.open.append(_OpenTag(name, argument, parser.offset, len(parser.out)))


def _attribute(parser: _Parser, tag: str, start: int) -> tuple[str, str] | None:
    """Consume one attribute, or the `>` that ends the tag and then return None."""
    source = parser.source
    while parser.position < len(source) and source[parser.position].isspace():
        parser.position += 1
    if source[parser.position : parser.position + 1] == ">":
        parser.position += 1
        return None
    match = _ATTRIBUTE.match(source, parser.position)
    if match is None or not match["name"]:
        unclosed = parser.position >= len(source)
        what = f'Unclosed start tag "{tag}"' if unclosed else f'Empty attribute name in the tag "{tag}"'
        raise parser.refuse(what, start)
    parser.position = match.end()
    if parser.position >= len(source):
        raise parser.refuse(f'Unclosed start tag "{tag}"', start)
    return match["name"], _value(parser, start) if match["equals"] else ""


def _value(parser: _Parser, start: int) -> str:
    """Consume a quoted value or a bare token."""
    source, begins = parser.source, parser.position
    if source[begins] in "\"'":
        end = source.find(source[begins], begins + 1)
        if end < 0 or end + 1 >= len(source):
            raise parser.refuse("Unclosed start tag", start)
        parser.position = end + 1
        return _decode(parser, source[begins + 1 : end])
    match = _TOKEN.match(source, begins)
    parser.position = match.end() if match else begins
    after = source[parser.position : parser.position + 1]
    if after != ">" and not after.isspace():
        raise parser.refuse("Unexpected end of name token", begins)
    return source[begins : parser.position].lower()


def _argument(tag: str, name: str, value: str) -> str:
    """Return what the attribute means for its tag, or nothing."""
    match tag, name:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case ("code", "class") if value.startswith("language-"):
            return value.removeprefix("language-")
        case ("span", "class") if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case ("blockquote", "expandable"):
            return "1"
        case _:
            return ""


def _end_tag(parser: _Parser) -> None:
    start = parser.position
    if not parser.open:
        raise parser.refuse("Unexpected end tag", start)
    match = _END_TAG.match(parser.source, start)
    if match is None or not match["close"]:
        raise parser.refuse("Unclosed end tag", start)
    tag, name = parser.open[-1], match["name"].lower()
    if name not in ("", tag.name):
        raise parser.refuse(
            f'Unmatched end tag at byte offset {len(parser.source[:start].encode())}, expected "</{tag.name}>", '
            f'found "</{name}>"'
        )
    parser.position = match.end()
    parser.open.pop()
    if parser.offset > tag.offset:
        _close(parser, tag)


def _close(parser: _Parser, tag: _OpenTag) -> None:
    """Turn a finished tag into its entity; nested `pre` and `code` become one."""
    entity: Json = {"type": _KINDS[tag.name], "offset": tag.offset, "length": parser.offset - tag.offset}
    if tag.name == "a":
        url = tag.argument or "".join(parser.out[tag.begins :])
        if not _link(entity, url):
            return
    elif tag.name == "tg-emoji":
        entity["custom_emoji_id"] = tag.argument
    elif tag.name == "blockquote" and tag.argument:
        entity["type"] = "expandable_blockquote"
    elif tag.name in ("pre", "code") and _merged(parser, entity, tag):
        return
    parser.entities.append(entity)


def _link(entity: Json, url: str) -> bool:
    """Complete a link entity; return False for an address that Telegram drops silently."""
    user = re.fullmatch(r"tg://user\?id=(\d+)", url)
    if user:
        entity |= {"type": "text_mention", "user": {"id": int(user[1]), "is_bot": False, "first_name": ""}}
        return True
    if not re.match(r"(?:https?|tg|ftp|ton|tonsite)://", url):
        url = f"http://{url}"
    entity["url"] = url
    return re.match(r"\w+://[^\s/?#]*[^\s/?#.]", url) is not None


def _merged(parser: _Parser, entity: Json, tag: _OpenTag) -> bool:
    """Merge `<pre><code class=…>` into one block; return False when there is nothing to merge."""
    last = parser.entities[-1] if parser.entities else {}
    place = (last.get("offset"), last.get("length"))
    if tag.name == "pre" and place == (entity["offset"], entity["length"]) and last.get("type") == "code":
        last["type"] = "pre"
        return True
    if tag.name == "code" and tag.argument:
        entity["language"] = tag.argument
    return False
