"""Masking: what people write but nobody should keep: numbers that name a citizen, and the codes of invites."""

import re
import unicodedata

MASK = "•••"
"""What stands where a number stood."""

# A citizen's number has 12 digits, the first three for a province from 001 to 096; read out in threes or fours.
_CITIZEN = r"\d{12}|0\d\d[ .-]\d{3}[ .-]\d{3}[ .-]\d{3}|0\d{3}[ .-]\d{4}[ .-]\d{4}|0\d\d[ .-]\d{9}"
# A telephone number has ten digits, the 0 in front may be +84. No group but the first has two digits unless all have:
# otherwise two dates in a row would be one.
_REST = r"\d{9}|\d{3}{0}\d{3}{0}\d{3}|\d\d{0}\d{3}{0}\d{4}|\d{0}\d{4}{0}\d{4}|\d{3}{0}\d\d{0}\d\d{0}\d\d|\d{3}{0}\d{6}"
_TELEPHONE = rf"(?:\+?84[ .-]?0?|0)(?:{_REST.replace('{0}', '[ .-]')})"
_NUMBER = re.compile(rf"(?<!\d)(?:{_CITIZEN}|{_TELEPHONE})(?!\d)", re.ASCII)
_SHORTEST = 22  # characters of a code, or more where it was mistyped; no word is so long
_CODE = re.compile(rf"[\w-]{{{_SHORTEST},}}", re.ASCII)


def codes(text: str) -> list[str]:
    """Return everything in somebody's words that may hold the code of an invite."""
    return _CODE.findall(text) if len(text) >= _SHORTEST else []


def mask(text: str) -> str:
    """Return text without citizens' numbers and telephone numbers, in whatever digits they are written.

    Masking twice changes nothing. Numbers of nine digits are left: they may as well be an amount.
    """
    plain = "".join(str(unicodedata.decimal(char, char)) for char in text)  # one for one, so places stay
    shown, last = [], 0
    for found in _NUMBER.finditer(plain):
        shown += [text[last : found.start()], MASK]
        last = found.end()
    return "".join([*shown, text[last:]])
