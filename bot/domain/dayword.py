"""A day named at the end of a question: `an hội hôm qua`, `14/11`, or the whole answer to "which day?"."""

import re
from datetime import date

from bot.domain.tally import Refusal
from bot.domain.tally.days import AGO, DATE, resolve
from bot.domain.tally.refusal import RefusalError
from bot.domain.text import clean, fold

_SPOKEN = "|".join(sorted(AGO, key=len, reverse=True))
_TAIL = re.compile(rf"(?:^|(?<= ))(?:{_SPOKEN}|{DATE.pattern})$")


def split(text: str, today: date, starts: date) -> tuple[str, date | Refusal | None]:
    """Return what stands before the day, and the day; None where no day is named, Refusal where it is none."""
    words = clean(text)
    tail = _TAIL.search(fold(words))
    if tail is None:
        return words, None
    kept = len(words.split()) - len(tail.group().split())
    rest = " ".join(words.split()[:kept])
    try:
        return rest, resolve(tail.group(), today, starts)
    except RefusalError as error:
        return rest, Refusal(error.reason, tail.group(), error.facts)
