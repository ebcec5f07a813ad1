"""Letters and digits of a line: what may be folded to ASCII, and what would turn into another number."""

import re
import unicodedata

from bot.domain.tally.refusal import Reason, RefusalError
from bot.domain.text import fold

_DASHES = str.maketrans(dict.fromkeys("‐‒–−", "-"))
_SUSPECT = re.compile(r"[^\x00-\x7f\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
"""Everything but ASCII, Latin letters and their accents."""

_STRUCK = re.compile(r"[0-9０-９][\u0300-\u036f]")


def plain(text: str) -> str:
    """Return the line folded, with line ends as `;`; RefusalError where folding would invent a number.

    NFKD makes 2 of ², 1⁄2 of ½ and a space of ´: only full-width forms and spaces may turn into ASCII signs.
    """
    folded = fold(";".join(text.splitlines()))
    if text.isascii():
        return folded
    for char in _SUSPECT.findall(text):
        _check(char)
    if struck := _STRUCK.search(text):
        raise RefusalError(Reason.BAD_NUMBER, struck[0][0])
    return folded.translate(_DASHES)


def _check(char: str) -> None:
    if "\uff01" <= char <= "\uff5e" or char.isspace():
        return
    becomes = unicodedata.normalize("NFKD", char)
    if unicodedata.numeric(char, None) is not None or any("0" <= sign <= "9" for sign in becomes):
        raise RefusalError(Reason.FOREIGN_DIGITS, char)
    if becomes != char and any(sign.isascii() and not sign.isalpha() for sign in becomes):
        raise RefusalError(Reason.UNKNOWN_WORD, char)
