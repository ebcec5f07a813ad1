"""Courtesy: polite words around a line, which mean nothing unless a campaign calls something by them."""

import re
import unicodedata
from collections.abc import Sequence

from bot.domain.campaign import Campaign
from bot.domain.tally import TEXT_LIMIT
from bot.domain.tally.words import vocabulary
from bot.domain.text import fold

_BEFORE = frozenset({"dạ", "da", "thưa", "thua", "vâng", "vang"})
_AFTER = frozenset({"ạ", "a", "nhé", "nhe", "nha", "nhá"})
_NOTE = re.compile("[#＃]")
_MARKS = ",.!…"


def without(text: str, campaigns: Sequence[Campaign]) -> str:
    """Return the line without the polite words before it and after it; its note is left alone."""
    note = _NOTE.search(text)
    body, rest = (text[: note.start()], text[note.start() :]) if note else (text, "")
    if len(text) > TEXT_LIMIT:
        return text
    while (split := body.split(None, 1))[1:] and _is_polite(split[0], _BEFORE, campaigns):
        body = split[1]
    while (split := body.rsplit(None, 1))[1:] and _is_polite(split[1], _AFTER, campaigns):
        body = split[0]
    return f"{body} {rest}" if rest else body


def _is_polite(word: str, polite: frozenset[str], campaigns: Sequence[Campaign]) -> bool:
    bare = unicodedata.normalize("NFC", word).strip(_MARKS).casefold()
    if bare not in polite:
        return False
    meant = fold(bare)
    return not any(meant == campaign.code or meant in vocabulary(campaign.counted).words for campaign in campaigns)
