"""Plain text: what people have written, made safe for the cells and paragraphs of files."""

import unicodedata
from datetime import date, datetime
from typing import Final

from bot.domain.text import clean

_COMMANDS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What spreadsheet programs take for the beginning of a formula; tabs and line breaks are gone by then.

https://owasp.org/www-community/attacks/CSV_Injection
"""

_EPOCH: Final = date(1899, 12, 30).toordinal()
_DAY_S: Final = 86_400


def plain(text: str) -> str:
    """Return text in NFC without control and invisible characters; they can break a file, or hide in it."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text
    return clean(text)


def harmless(text: str) -> str:
    """Return text that no spreadsheet program takes for a formula when it opens a plain table: `'=1+1`."""
    return (
        f"'{plain(text)}"
        if text.lstrip(" ").startswith(_COMMANDS) or plain(text).startswith(_COMMANDS)
        else plain(text)
    )


def serial(day: date) -> int:
    """Return a date as spreadsheets count it: days since 30-12-1899."""
    return day.toordinal() - _EPOCH


def serial_moment(at: datetime) -> float:
    """Return a wall time as spreadsheets count it, to the second."""
    return serial(at.date()) + (at.hour * 3600 + at.minute * 60 + at.second) / _DAY_S
