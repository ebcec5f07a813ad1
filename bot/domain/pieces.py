"""Pieces: text that is too long for one message, cut where nobody minds."""

import re
import unicodedata
from collections.abc import Iterator

_TAG = re.compile(r"<[^<>]*>")
_ATOM = re.compile(r"&#?\w+;|.", re.DOTALL)
_JOINER = "\u200d"
LONGEST_CLUSTER = 40
"""Code points that are kept together at most, however many marks somebody stacks."""


def without_tags(html: str) -> str:
    """Return the text without its markup; escapes stay as they are."""
    return _TAG.sub("", html)


def split(text: str, largest: int) -> list[str]:
    """Cut HTML between lines into pieces of at most `largest` UTF-16 units.

    Our markup never spans lines. A line that alone is too long loses its markup and is cut between
    characters as people see them, so that no entity, surrogate pair or combining mark is torn.
    """
    pieces: list[str] = []
    current: list[str] = []
    room = largest
    for line in text.split("\n"):
        for part in [line] if units(line) <= largest else _cut(line, largest):
            size = units(part) + 1  # with the line break before it
            if current and size > room:
                pieces.append("\n".join(current))
                current, room = [], largest
            room -= size if current else size - 1
            current.append(part)
    pieces.append("\n".join(current))
    return [piece for piece in pieces if piece.strip()] or [""]


def _cut(line: str, largest: int) -> list[str]:
    parts: list[str] = []
    current, size = "", 0
    for cluster in _clusters(without_tags(line)):
        more = units(cluster)
        if size + more > largest:
            parts.append(current)
            current, size = "", 0
        current += cluster
        size += more
    return [*parts, current]


def _clusters(text: str) -> Iterator[str]:
    """Yield characters with what belongs to them: an escape, a base with its marks, joined emoji."""
    cluster = ""
    for match in _ATOM.finditer(text):
        atom = match.group()
        glued = unicodedata.category(atom[0]) in {"Mn", "Me", "Mc", "Sk"} or atom == _JOINER
        if cluster and (glued or cluster.endswith(_JOINER)) and len(cluster) < LONGEST_CLUSTER:
            cluster += atom
        else:
            if cluster:
                yield cluster
            cluster = atom
    if cluster:
        yield cluster


def units(text: str) -> int:
    """Return the length as messengers count it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
