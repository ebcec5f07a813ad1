"""The words of one campaign, and the cutting of a folded line into tokens."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from bot.domain.campaign import Key, Metric
from bot.domain.tally.days import AGO, DATE
from bot.domain.text import fold

Place = tuple[Key, ...]
"""What one number, or one sum of parts, is meant for."""


class Kind(StrEnum):
    """What a token is; the letters spell the shape of a line."""

    NAME = "n"
    NUMBER = "r"
    DAY = "d"
    OPENING = "o"
    STRANGER = "w"


class Token(NamedTuple):
    """A token, and the separators and signs that stood before it."""

    kind: Kind
    text: str
    gap: str


SEPARATORS = " ,;:="
"""What may stand between tokens and means nothing."""

_ZERO = tuple(f"{no} {what}" for no in ("khong", "ko", "k") for what in ("co", "phat sinh"))
_OPENINGS = ("bao cao", "bc")

_FIXED: Mapping[str, tuple[Kind, str]] = {
    **{word: (Kind.OPENING, word) for word in _OPENINGS},
    **dict.fromkeys(_ZERO, (Kind.NUMBER, "0")),
    **{word: (Kind.DAY, word) for word in AGO},
}

# A comma or a dot belongs to a number only between digits; everything else glued to a digit does too, so that
# `1e3`, `1_000` or `45%` is one bad number and not a good one with something beside it.
_LEXEME = r"""
    (?P<gap>[ ,;:=+\-]*)
    (?: (?P<end>\.?\ ?\Z)
      | (?P<word>%s)
      | (?P<chunk>(?:ngay\ )?\d(?:[^\s;:=+,.]|[.,](?=\d))*)
      | (?P<other>\w+|.)
    )"""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every folded word that a line of these metrics may hold, and the pattern that finds them.

    `order` are the places of numbers without names.
    """

    words: Mapping[str, tuple[Kind, str]]
    places: Mapping[str, Place]
    order: tuple[Place, ...]
    pattern: re.Pattern[str]

    def tokens(self, folded: str) -> list[Token]:
        """Return the tokens from left to right; a sign that no number follows is a stranger."""
        found: list[Token] = []
        for match in self.pattern.finditer(folded):
            gap, _, word, chunk, other = match.groups()
            if chunk is not None:
                kind, text = _chunk(chunk)
            else:
                kind, text = (Kind.STRANGER, other or "") if word is None else self.words[word]
            sign = "" if kind is Kind.NUMBER else gap.strip(SEPARATORS)
            # People put a dash before a name as a bullet or a separator: it cannot mean anything else there.
            if sign and not (sign == "-" and text):
                found.append(Token(Kind.STRANGER, sign, gap))
            elif text:
                found.append(Token(kind, text, gap))
        return found

    def means(self, word: str) -> bool:
        """Tell whether a folded word means something in a line, or begins with what does."""
        return word in self.words or self.opens(word)

    def opens(self, folded: str) -> bool:
        """Tell whether the line begins with one of the campaign's metrics."""
        match = self.pattern.match(folded)
        return match is not None and match["word"] in self.places


@lru_cache(maxsize=256)
def vocabulary(metrics: tuple[Metric, ...]) -> Vocabulary:
    """Return the words of these metrics; what the campaign calls its own wins over the fixed words."""
    places = _places(metrics)
    words = {**_FIXED, **{word: (Kind.NAME, word) for word in places}}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    spelt = "|".join(re.escape(word) + _boundary(word, words[word][0]) for word in longest_first)
    pattern = re.compile(_LEXEME % spelt, re.VERBOSE | re.DOTALL)
    return Vocabulary(words, places, tuple(metric.keys for metric in metrics), pattern)


def _places(metrics: Sequence[Metric]) -> dict[str, Place]:
    """Return each name with its place: codes before aliases, metrics before their parts."""
    places: dict[str, Place] = {metric.code: metric.keys for metric in metrics}
    places |= {str(key): (key,) for metric in metrics for key in metric.keys}
    for metric in metrics:
        for word in sorted(metric.spoken):
            places.setdefault(word, metric.keys)
    for word, keys in _part_words(metrics).items():
        if len(keys) == 1:
            places.setdefault(word, tuple(keys))
    return {word: place for word, place in places.items() if any(map(str.isalpha, word))}


def _part_words(metrics: Sequence[Metric]) -> Mapping[str, set[Key]]:
    """Return `tn m1`, `thu nhan m1`, `tn muc 1` … with what each may mean."""
    meant: dict[str, set[Key]] = {}
    for metric in metrics:
        for part, word in product(metric.parts, metric.spoken):
            for spoken in (part.code, fold(part.name)):
                if spoken[:1].isalpha():  # a part called "1" would swallow numbers
                    meant.setdefault(f"{word} {spoken}", set()).add(Key(metric.code, part.code))
    return meant


def _boundary(word: str, kind: Kind) -> str:
    """Return what ends a whole word; a number may be glued to a name that does not end in a digit itself."""
    if not (word[-1].isalnum() or word[-1] == "_"):
        return ""
    return r"(?![^\W\d])" if kind is Kind.NAME and not word[-1].isdigit() else r"(?!\w)"


def _chunk(text: str) -> tuple[Kind, str]:
    """Tell dates from numbers; "ngày" without a date after it is a stranger."""
    if text.isdecimal():
        return Kind.NUMBER, text
    if DATE.fullmatch(text):
        return Kind.DAY, text
    return (Kind.STRANGER, "ngay") if text.startswith("n") else (Kind.NUMBER, text)
