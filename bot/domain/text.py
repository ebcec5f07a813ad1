"""Folding and cleaning of text: what is typed, heard alike, and safe to show."""

import re
import unicodedata
from unicodedata import is_normalized

_PLAIN = re.compile("[ -~\u00c0-\u024f\u1ea0-\u1ef9]*")


def clean(text: str, limit: int = 4096) -> str:
    """Return outside text in NFC with controls, bidi marks and runs of combining marks taken out.

    Line breaks and tabs become single spaces. At most `limit` code points are kept. Cleaning twice changes nothing.
    """
    if text.isascii() and text.isprintable():  # most cells of a table: nothing in it to take out
        return " ".join(text[: limit * 4].split())[:limit].rstrip()
    if len(text) <= limit and _PLAIN.fullmatch(text) and text.isprintable() and is_normalized("NFC", text):
        return " ".join(text.split())  # Vietnamese as it is typed: letters with their accents in them
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: limit * 4]):
        kind = unicodedata.category(char)
        if kind in {"Cf", "Cs", "Co", "Cn"}:
            continue
        marks = marks + 1 if kind == "Mn" else 0
        if marks <= 2:  # noqa: PLR2004  (Vietnamese stacks two)
            kept.append(" " if kind in {"Cc", "Zl", "Zp", "Zs"} else char)
    # What stood apart may compose once the characters between are gone, so NFC comes last again.
    whole = unicodedata.normalize("NFC", "".join(kept))
    return " ".join(whole.split())[:limit].rstrip()


def fold(text: str) -> str:
    """Return text as it sounds without accents: NFKD, marks dropped, đ→d, casefolded, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if unicodedata.category(char) not in {"Mn", "Cf"})
    return " ".join(bare.casefold().replace("đ", "d").split())
