"""Numbers as typed: digits, or correct groups of three; nothing that could mean two values."""

import re
from collections.abc import Iterator, Sequence

from bot.domain.tally.refusal import Reason, RefusalError

LIMIT = 9_999_999
"""The largest number that one place takes."""

_GROUPS = 3
"""Groups that a number up to LIMIT can have, so that longer runs need not be tried."""

_ACCEPTED = re.compile(r"0|[1-9]\d*|[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+|(?: \d{3})+)")
_SPACED = re.compile(r"[1-9]\d{0,2}(?: \d{3})+")
_REFUSED = (
    (re.compile(r"\d+[.,]\d{1,2}|0[.,]\d+"), Reason.FRACTION),
    (re.compile(r"[\d., ]*[., ][\d., ]*"), Reason.BAD_GROUPS),
    (re.compile(r".*", re.DOTALL), Reason.BAD_NUMBER),
)
_NO_MARKS = str.maketrans("", "", "., ")


def number(text: str) -> int:
    """Return the value of one number; RefusalError where it is none, or above LIMIT."""
    if text.isascii() and text.isdecimal() and text[0] != "0":
        value = int(text)  # as nearly all are typed: nothing in it but digits
    elif _ACCEPTED.fullmatch(text):
        value = int(text.translate(_NO_MARKS))
    else:
        raise RefusalError(next(reason for shape, reason in _REFUSED if shape.fullmatch(text)), text)
    if value > LIMIT:
        raise RefusalError(Reason.OVER_LIMIT, text, limit=LIMIT)
    return value


def grouped(typed: Sequence[str], soft: Sequence[bool], places: int) -> list[str]:
    """Return what was typed (numbers, or sums of parts) as at most `places`, joining thousands where needed.

    `soft[i]` says that nothing but a space stands before `typed[i]`. RefusalError where no joining
    fits (TOO_MANY) or more than one does (AMBIGUOUS).
    """
    if len(typed) <= places:
        return list(typed)
    readings = _readings(typed, soft, places) if len(typed) <= places * _GROUPS else []
    if not readings:
        for one in "+".join(typed).split("+"):
            number(one)  # a bad number is the better explanation
        raise RefusalError(Reason.TOO_MANY, typed[places], places=places)
    if len(readings) > 1:
        shown = tuple(" ".join(part.replace(" ", "") for part in reading) for reading in readings[:2])
        raise RefusalError(Reason.AMBIGUOUS, readings=shown)
    return list(readings[0])


Reading = tuple[str, ...]


def _readings(typed: Sequence[str], soft: Sequence[bool], places: int) -> list[Reading]:
    """Return the ways to read all that was typed, at most two for each count of places.

    Built from left to right and cut to two for each count, so that the work grows with the length
    and the places and not with the number of ways.
    """
    ways: list[dict[int, list[Reading]]] = [{0: [()]}]
    for end in range(1, len(typed) + 1):
        here: dict[int, list[Reading]] = {}
        for start, joined in _endings(typed, soft, end):
            for used, readings in ways[start].items():
                if used < places:
                    kept = here.setdefault(used + 1, [])
                    kept += [(*reading, joined) for reading in readings][: 2 - len(kept)]
        ways.append(here)
    return [reading for readings in ways[-1].values() for reading in readings]


def _endings(typed: Sequence[str], soft: Sequence[bool], end: int) -> Iterator[tuple[int, str]]:
    """Yield what can end before `end` and fill one place: where it starts, and how it is spelt."""
    yield end - 1, typed[end - 1]
    for start in range(end - 2, -1, -1):
        if not soft[start + 1]:
            return
        joined = " ".join(typed[start:end])
        if all(" " not in part or _SPACED.fullmatch(part) for part in joined.split("+")):
            yield start, joined
