"""Reading a line: from the shape of its tokens to the amounts that it means."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.masking import mask
from bot.domain.tally.days import resolve
from bot.domain.tally.line import NOTE_LIMIT, Amount, Line
from bot.domain.tally.numbers import LIMIT, grouped, number
from bot.domain.tally.refusal import Reason, Refusal, RefusalError
from bot.domain.tally.script import plain
from bot.domain.tally.words import SEPARATORS, Kind, Place, Token, Vocabulary, vocabulary
from bot.domain.text import clean, fold

TEXT_LIMIT = 1000
"""Characters of a line, its note included."""

_NOTE = re.compile("[#＃]")
_FIRST_WORD = re.compile(r"\s*([^\s,;:=#＃]+)[\s,;:=]*")

_BROKEN = (
    (re.compile(r"[nrd]*([wo])"), Reason.UNKNOWN_WORD),
    (re.compile(r"[nr]*d[nr]*(d)"), Reason.TWICE),
    (re.compile(r"[nr]+(d)[nr]"), Reason.AMBIGUOUS),
    (re.compile(r"d?(?:nr)*(n)(?:n|d?\Z)"), Reason.NO_NUMBER),
    (re.compile(r"d?(?:rn)+(n)d?\Z"), Reason.NO_NUMBER),
)
"""Shapes that are refused, the token to blame in parentheses. A shape is the tokens' kinds in a row."""

_IN_ORDER = re.compile(r"r+")
_NAME_FIRST = re.compile(r"nr+")
_NAME_LAST = re.compile(r"r+n")

_SIGN_AFTER_NAME = re.compile(r"[ ,;:=]*\+ ?|[ ,;:=]+-")
"""A minus must stand off the name and lean on its number: `kh-2` and `kh - 2` may be meant as a dash."""

_SIGN_ASKED = re.compile(r"\+ ?|-")

Filling = tuple[Sequence[Place], Sequence[Token], re.Pattern[str] | None]
"""Places, the numbers for them in the same order, and how the first number may carry a sign, if it may."""


def parse(text: str, campaign: Campaign, today: date) -> Line | Refusal:
    """Return what the line reports, or why it cannot be told; `today` is the message's own reporting day."""
    try:
        return _line(text, campaign, today)
    except RefusalError as error:
        return error.refusal(text)


def choose(text: str, campaigns: Sequence[Campaign]) -> tuple[Campaign | None, str]:
    """Return the campaign whose code leads the text, and the rest; a metric's name is no campaign's code."""
    first = _FIRST_WORD.match(text[:TEXT_LIMIT])
    code = fold(first[1]) if first else ""
    chosen = next((campaign for campaign in campaigns if campaign.code == code), None)
    if not first or not chosen:
        return None, text
    folded = fold(text[:TEXT_LIMIT])
    if any(vocabulary(campaign.counted).opens(folded) for campaign in campaigns):
        return None, text
    return chosen, text[first.end() :]


def amount(text: str, metric: Metric) -> dict[Key, Amount] | Refusal:
    """Return one answer to the question for one metric; a sign needs no code, a single part may be named."""
    try:
        _measure(text)
        words = vocabulary((metric,))
        return _amounts(_tokens(text, words), words, asked=True)
    except RefusalError as error:
        return error.refusal(text)


def _line(text: str, campaign: Campaign, today: date) -> Line:
    _measure(text)
    body, *note = _NOTE.split(text, maxsplit=1)
    words = vocabulary(campaign.counted)
    tokens = _tokens(body, words)
    day = None
    for end in (0, -1):
        if tokens and tokens[end].kind is Kind.DAY:
            day = resolve(tokens.pop(end).text, today, campaign.starts)
    found = _amounts(tokens, words)
    ordered = {key: found[key] for key in campaign.keys if key in found}
    return Line(campaign.code, day, ordered, mask(clean(note[0], NOTE_LIMIT)) if note else "")


def _measure(text: str) -> None:
    if len(text) > TEXT_LIMIT:
        if text.isascii() and text.isdecimal():
            raise RefusalError(Reason.OVER_LIMIT, limit=LIMIT)
        raise RefusalError(Reason.TOO_LONG, limit=TEXT_LIMIT)


def _tokens(text: str, words: Vocabulary) -> list[Token]:
    """Return the tokens of a line that may be a report: known words, sums put together, at most one day."""
    folded = plain(text)
    tokens = words.tokens(folded)
    if "+" in folded:
        tokens = _sums(tokens)
    if tokens and tokens[0].kind is Kind.OPENING:
        del tokens[0]
    shape = _shape(tokens)
    if "r" not in shape and shape.strip("d"):
        raise RefusalError(Reason.NOT_A_REPORT)
    if fault := _fault(shape):
        raise RefusalError(fault[0], tokens[fault[1]].text)
    return tokens


@lru_cache(maxsize=1024)
def _fault(shape: str) -> tuple[Reason, int] | None:
    """Return why a shape is refused, and the number of the token to blame."""
    for broken, reason in _BROKEN:
        if blamed := broken.match(shape):
            return reason, blamed.start(1)
    return None


def _sums(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens with the parts of each sum put together: `5 + 40` is one number token `5+40`."""
    found: list[Token] = []
    for token in tokens:
        if token.gap.strip() == "+" and found and token.kind is found[-1].kind is Kind.NUMBER:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}+{token.text}")
        else:
            found.append(token)
    return found


def _shape(tokens: Sequence[Token]) -> str:
    return "".join([token.kind for token in tokens])


def _amounts(tokens: Sequence[Token], words: Vocabulary, *, asked: bool = False) -> dict[Key, Amount]:
    """Return the amounts of all places that are filled; a key filled twice is refused."""
    found: dict[Key, Amount] = {}
    for filling in _fillings(tokens, words, asked=asked):
        _fill(found, *filling)
    return found


def _fillings(tokens: Sequence[Token], words: Vocabulary, *, asked: bool) -> Iterator[Filling]:
    """Yield which numbers fill which places, by the style that the shape shows."""
    shape = _shape(tokens)
    if not shape:
        raise RefusalError(Reason.NOT_A_REPORT)
    if "d" in shape:  # a line's day has been taken; an answer to a question has none
        raise RefusalError(Reason.UNKNOWN_WORD, tokens[shape.index("d")].text)
    if _IN_ORDER.fullmatch(shape):
        yield words.order, tokens, _SIGN_ASKED if asked else None
    elif not _NAME_FIRST.sub("", shape):
        for start, end in _spans(_NAME_FIRST, shape):
            yield [words.places[tokens[start].text]], tokens[start + 1 : end], _SIGN_AFTER_NAME
    elif not _NAME_LAST.sub("", shape):
        for start, end in _spans(_NAME_LAST, shape):
            yield [words.places[tokens[end - 1].text]], tokens[start : end - 1], None
    else:
        raise RefusalError(Reason.AMBIGUOUS)


def _spans(style: re.Pattern[str], shape: str) -> list[tuple[int, int]]:
    return [match.span() for match in style.finditer(shape)]


def _fill(
    found: dict[Key, Amount], places: Sequence[Place], run: Sequence[Token], signs: re.Pattern[str] | None
) -> None:
    sign = _sign(run[0], signs) if signs else ""
    for token in run[bool(sign) :]:
        if token.gap.strip(SEPARATORS):
            raise RefusalError(Reason.SIGN_WITHOUT_CODE, token.text)
    typed = grouped([token.text for token in run], [not token.gap.strip() for token in run], len(places))
    if typed == ["0"] and not sign:
        typed *= len(places)
    for place, one in zip(places, typed, strict=False):
        _give(found, place, one, sign)


def _sign(token: Token, signs: re.Pattern[str]) -> str:
    """Return `+`, `-` or nothing."""
    sign = token.gap.strip(SEPARATORS)
    if sign and not signs.fullmatch(token.gap):
        raise RefusalError(Reason.AMBIGUOUS, token.text)
    return sign


def _give(found: dict[Key, Amount], place: Place, typed: str, sign: str) -> None:
    """Give each key of the place its amount; a plain 0 is 0 in every part."""
    values = [number(one) for one in typed.split("+")]
    if len(place) > 1 and values == [0] and not sign:
        values *= len(place)
    if len(values) != len(place) or (sign and len(place) > 1):
        raise _misfit(place, values, typed, sign)
    for key, value in zip(place, values, strict=True):
        if key in found:
            raise RefusalError(Reason.TWICE, str(key), metric=key.metric)
        found[key] = Amount(-value if sign == "-" else value, bool(sign))


def _misfit(place: Place, values: Sequence[int], typed: str, sign: str) -> RefusalError:
    if len(place) == 1:
        return RefusalError(Reason.HAS_NO_PARTS, typed, metric=place[0].metric)
    reason = Reason.NEEDS_PARTS if sign or len(values) == 1 else Reason.PART_COUNT
    return RefusalError(reason, typed, metric=place[0].metric, parts=tuple(key.part for key in place))
