"""Buttons that work once: one row per keyboard, one bit per button."""

import json
import secrets
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from bot.domain.messages import Button
from storage.sqlite import Tx
from storage.written import written

LIFETIME = 8 * 86_400
_NEWEST = "newest keyboard"
_SECRETS = "secrets for keyboards"
_BYTES = 12  # 96 bits
_LETTERS = 16  # in which base64 writes twelve bytes
_DRAWN = 100  # at a time
_DIGITS = 8  # hexadecimal: four thousand million keyboards
MOST = 63  # buttons of one keyboard: as many bits as a stored integer has


class Press(NamedTuple):
    """A button that was pressed for the first time, by the one it was made for."""

    action: str
    args: dict[str, Any]


class NoPress(StrEnum):
    """Why a press has no effect."""

    UNKNOWN = "unknown"
    FOREIGN = "foreign"
    USED = "used"
    EXPIRED = "expired"


def issue(tx: Tx, chat: int, account: int, buttons: Sequence[Button], now: int) -> str:
    """Store a keyboard's actions and return the token its buttons carry; `account` 0 means anybody there.

    ValueError for more than `MOST` buttons.
    """
    if len(buttons) > MOST:
        raise ValueError(len(buttons))
    token = _token(tx)
    actions = written([[button.action, {**button.args}] for button in buttons])
    tx.later(
        "nonces",
        "INSERT INTO nonces (token, chat, account, buttons, expires) VALUES (?, ?, ?, ?, ?)",
        [(token, chat, account, actions, now + LIFETIME)],
    )
    return token


def _token(tx: Tx) -> str:
    """Return a token that nobody guesses and that comes behind all others: rows written together lie together."""
    number: int | None = tx.known.get(_NEWEST)
    if number is None:
        newest = tx.value("SELECT max(token) FROM nonces") or ""
        # `~` comes behind all that the tokens without a number have.
        number = int(newest[1 : 1 + _DIGITS], 16) if newest.startswith("~") else 0
    tx.known[_NEWEST] = number + 1
    return f"~{number + 1:0{_DIGITS}x}{_secret(tx)}"


def _secret(tx: Tx) -> str:
    """Return a word that nobody guesses. Asking the system for a hundred costs hardly more than for one."""
    drawn: list[str] = tx.known.setdefault(_SECRETS, [])
    if not drawn:
        letters = secrets.token_urlsafe(_DRAWN * _BYTES)
        drawn += [letters[first : first + _LETTERS] for first in range(0, len(letters), _LETTERS)]
    return drawn.pop()


def redeem(tx: Tx, data: str, chat: int, account: int, now: int) -> Press | NoPress:
    """Use up the button that carries `data` (`token.index`); every button works once."""
    token, _, index = data.partition(".")
    row = tx.one("SELECT chat, account, buttons, used, expires FROM nonces WHERE token = ?", (token,))
    if row is None or not index.isdecimal():
        return NoPress.UNKNOWN
    buttons = json.loads(row["buttons"])
    if int(index) >= len(buttons):
        return NoPress.UNKNOWN
    if row["chat"] != chat or row["account"] not in (0, account):
        return NoPress.FOREIGN
    if now > row["expires"]:
        return NoPress.EXPIRED
    bit = 1 << int(index)
    if row["used"] & bit:
        return NoPress.USED
    tx.run("UPDATE nonces SET used = used | ? WHERE token = ?", (bit, token))
    action, args = buttons[int(index)]
    return Press(action, args)


def revoke(tx: Tx, person: int) -> None:
    """Let the keyboards that were made for a person work no more."""
    tx.run("UPDATE nonces SET expires = 0 WHERE account IN (SELECT external FROM accounts WHERE person = ?)", (person,))
