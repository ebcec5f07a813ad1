"""Guesses: wrong codes, counted over all accounts together, so that many accounts gain nothing over one."""

from storage import meta
from storage.sqlite import Tx

WINDOW_S = 3_600
ALLOWED = 100  # in a window; a code has 128 bits, so the limit is there to be told of, and to spare the machine

_KEY = "wrong_codes"


def may_guess(tx: Tx, now: int) -> bool:
    """Tell whether unknown accounts may try codes now: not after too many wrong ones within the hour."""
    return _count(tx, now)[1] < ALLOWED


def note(tx: Tx, now: int) -> bool:
    """Count a wrong code; True for the one that shuts the door until the hour is over.

    The hour begins with its first wrong code. A clock that was put back begins a new one.
    """
    since, count = _count(tx, now)
    meta.put(tx, _KEY, f"{since} {count + 1}")
    return count + 1 == ALLOWED


def _count(tx: Tx, now: int) -> tuple[int, int]:
    since, _, count = (meta.get(tx, _KEY) or "0 0").partition(" ")
    return (int(since), int(count)) if 0 <= now - int(since) < WINDOW_S else (now, 0)
