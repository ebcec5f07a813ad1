"""The trace: what has become of every version of a report, and what a total is made of."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.campaign import Metric
from bot.domain.status import Status
from bot.domain.units import Unit


class Fate(StrEnum):
    """What has become of an entry."""

    COUNTS = "counts"
    SUPERSEDED = "superseded"
    QUESTIONED = "questioned"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Version:
    """What its fate depends on. `slot` is whose report it is: 0, or the officer where officers' reports add up.

    `state` is accepted, questioned or dropped; `given` the keys that its message spoke of; `stands` is false
    for a version that leaves no report behind.
    """

    id: int
    slot: int
    state: str
    given: frozenset[str]
    stands: bool
    answers: int | None = None


def fates(versions: Sequence[Version], questions: Collection[int]) -> dict[int, tuple[Fate, int | None]]:
    """Return each version's fate, and the version that decided it: all those of one unit and day, oldest first.

    The newest accepted version of a slot stands. A questioned one waits while it is among the open `questions`;
    afterwards it is gone by whatever answered it, or spoke of the same keys later.
    """
    return {each.id: _fate(each, versions[number + 1 :], questions) for number, each in enumerate(versions)}


def _fate(version: Version, rest: Sequence[Version], questions: Collection[int]) -> tuple[Fate, int | None]:
    later = [each for each in rest if each.slot == version.slot]
    if version.state == "dropped":
        return Fate.DROPPED, None
    if version.state == "questioned":
        if version.id in questions:
            return Fate.QUESTIONED, None
        return next(_closed(version, later), (Fate.DROPPED, None))
    newer = next((each.id for each in later if each.state == "accepted"), None)
    if newer is not None:
        return Fate.SUPERSEDED, newer
    return (Fate.COUNTS if version.stands else Fate.WITHDRAWN), None


def _closed(question: Version, later: Iterable[Version]) -> Iterator[tuple[Fate, int | None]]:
    for each in later:
        if each.answers == question.id or (each.state != "dropped" and each.given & question.given):
            yield (Fate.DROPPED if each.state == "dropped" else Fate.SUPERSEDED), each.id


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody as the trace names them; `role` is officer, commander, admin, or empty where none is known."""

    name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report before and after a version; None where there was, or is, none."""

    name: str
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """The message that brought a version about; `title` and `link` are empty for private chats."""

    private: bool
    message: int
    title: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Traced:
    """One version, with all that is known of it. `said` and `recorded` are instants in seconds.

    `by` is the reference of the version that decided its fate, `by_kind` how that came about; `answers` that
    of the questioned version which this one answers. `decided_by` approved the request behind it.
    """

    ref: str
    unit: Unit
    day: date
    said: int
    recorded: int
    who: Actor
    kind: str
    fate: Fate
    on_time: bool
    figures: tuple[Figure, ...]
    source: Source
    by: str = ""
    by_kind: str = ""
    answers: str = ""
    note: str = ""
    decided_by: Actor | None = None


_SUPERGROUP = "-100"
"""How the Bot API marks ids of supergroups, which alone have links: https://core.telegram.org/api/bots/ids."""


def link(chat: int, message: int) -> str:
    """Return the address of a message in a supergroup; empty for chats whose messages have none."""
    digits = str(chat)
    return f"https://t.me/c/{digits.removeprefix(_SUPERGROUP)}/{message}" if digits.startswith(_SUPERGROUP) else ""


Amounts = tuple[int, ...]
"""One amount for each counted metric of a campaign, in its order."""


def add(amounts: Iterable[Amounts], metrics: Sequence[Metric]) -> Amounts:
    """Return the sums of several days or units, metric by metric; zeros where there are none."""
    return tuple(map(sum, zip(*amounts, strict=True))) or (0,) * len(metrics)


@dataclass(frozen=True, slots=True)
class Rest:
    """What a page leaves out: how many days or units, and what they add up to."""

    count: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class DaySum:
    """What a unit has counted for a day, with the entries behind it where it reports itself."""

    day: date
    amounts: Amounts
    entries: tuple[Traced, ...] = ()


@dataclass(frozen=True, slots=True)
class DaySums:
    """One page of the days that have sums or entries, newest first; with the rest it is all that was ever counted."""

    shown: tuple[DaySum, ...]
    rest: Rest


@dataclass(frozen=True, slots=True)
class UnitSum:
    """What a unit adds to the one above it; for a single day, also how many units report and have reported."""

    unit: Unit
    amounts: Amounts
    reported: int = 0
    expected: int = 0


@dataclass(frozen=True, slots=True)
class UnitSums:
    """One page of the units below, those that add most first. `direct` is what the unit above counts without them."""

    shown: tuple[UnitSum, ...]
    rest: Rest
    direct: Amounts


@dataclass(frozen=True, slots=True)
class Breakdown:
    """What a unit's totals are made of: the baseline and its days, and (unless it has none below) its units."""

    status: Status
    days: DaySums
    units: UnitSums | None


@dataclass(frozen=True, slots=True)
class DayTrace:
    """What a unit's day is made of: units below, and one page of the unit's own entries, oldest first, `of` in all."""

    status: Status
    amounts: Amounts
    units: UnitSums | None
    entries: tuple[Traced, ...]
    of: int
