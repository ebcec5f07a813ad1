"""The roll: who holds which post below a commander, and which units nobody reports for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby

from bot.domain.text import fold
from bot.domain.units import Unit, UnitId
from handlers import choosing, policy
from handlers.turn import Turn, choice
from storage import leaves, rolls
from storage.people import Role
from storage.rolls import Holder

ON_A_PAGE = 20


class Wanted(StrEnum):
    """What of the roll is wanted."""

    ALL = "all"
    VACANT = "vacant"  # reporting units without an officer
    UNREACHABLE = "unreachable"  # people whom the bot cannot speak to


WORDS = {
    "chua co": Wanted.VACANT,
    "vacant": Wanted.VACANT,
    "mat lien lac": Wanted.UNREACHABLE,
    "unreachable": Wanted.UNREACHABLE,
}
PAGE = frozenset({"trang", "page"})


@dataclass(frozen=True, slots=True)
class Member:
    """One line: who, the newest day they reported for, and whether they are on leave."""

    holder: Holder
    last: date | None
    away: bool


@dataclass(frozen=True, slots=True)
class Roll:
    """One page. `people`, `unreachable` and `reporting` count all of it; `vacant` are units without an officer."""

    tops: Sequence[Unit]
    wanted: Wanted
    people: int
    unreachable: int
    reporting: int
    vacancies: int
    vacant: Sequence[Unit]
    members: Sequence[tuple[Unit, Sequence[Member]]]
    page: int
    pages: int


def show(turn: Turn, text: str) -> None:
    """Answer `/nguoi [unit] [wanted] [page N]`."""
    name, wanted, page = _read(text)
    if not name:
        _show(turn, _own_tops(turn), wanted, page)
        return
    unit = choosing.unit_called(turn, name, lambda each: policy.commands(turn, each), "people", wanted=wanted.value)
    if unit is not None:
        _show(turn, (unit.id,), wanted, page)


def press(turn: Turn, unit: int = 0, wanted: str = Wanted.ALL, page: int = 1) -> None:
    """Show the unit and the page that a button named; without a unit, the speaker's own."""
    if not unit:
        _show(turn, _own_tops(turn), Wanted(wanted), page)
    elif unit not in turn.world.tree.units or not policy.commands(turn, UnitId(unit)):
        turn.say("refusals.out_of_scope")
    else:
        _show(turn, (UnitId(unit),), Wanted(wanted), page)


def _read(text: str) -> tuple[str, Wanted, int]:
    """Return the unit's name, and what the words after it ask for."""
    words, page, wanted = text.split(), 1, Wanted.ALL
    if len(words) > 1 and fold(words[-2]) in PAGE and words[-1].isdecimal():
        page = int(words[-1][:6])
        words = words[:-2]
    for said, meant in WORDS.items():
        count = said.count(" ") + 1
        if fold(" ".join(words[-count:])) == said:
            words, wanted = words[:-count], meant
            break
    return " ".join(words), wanted, page


def _own_tops(turn: Turn) -> tuple[UnitId, ...]:
    """Return the topmost units that the speaker commands."""
    tree = turn.world.tree
    roots = tuple(unit.id for unit in tree.units.values() if unit.parent is None)
    units = roots if turn.is_admin else tuple(dict.fromkeys(turn.units(Role.COMMANDER)))
    return tuple(each for each in units if not any(other != each and tree.covers(other, each) for other in units))


def _show(turn: Turn, tops: Sequence[UnitId], wanted: Wanted, page: int) -> None:
    roll = _roll(turn, tops, wanted, page)
    unit = tops[0] if len(tops) == 1 else 0
    more = choice("next_page", "people", unit=unit, wanted=wanted.value, page=roll.page + 1)
    turn.say_secret("people.roll", ((more,),) if roll.page < roll.pages else (), roll=roll)


def _roll(turn: Turn, tops: Sequence[UnitId], wanted: Wanted, page: int) -> Roll:
    tree = turn.world.tree
    order = {unit: place for place, unit in enumerate(each for top in tops for each in tree.below(top))}
    holders = rolls.below(turn.tx, turn.channel, lambda unit: unit in order)
    holders.sort(key=lambda each: (order[each.post.unit], each.post.role is Role.OFFICER, each.number))
    reporting = [unit for unit in order if unit in _reporting(turn)]
    held = {each.post.unit for each in holders if each.post.role is Role.OFFICER}
    vacant = [tree[unit] for unit in reporting if unit not in held]
    lost = [each for each in holders if not each.reachable]
    listed = {Wanted.ALL: holders, Wanted.VACANT: [], Wanted.UNREACHABLE: lost}[wanted]
    lines = len(vacant) if wanted is Wanted.VACANT else len(listed)
    pages = max(1, -(-lines // ON_A_PAGE))
    page = min(max(page, 1), pages)
    here = slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE)
    return Roll(
        tops=[tree[each] for each in tops],
        wanted=wanted,
        people=len({each.person for each in holders}),
        unreachable=len({each.person for each in lost}),
        reporting=len(reporting),
        vacancies=len(vacant),
        vacant=vacant[here] if wanted is Wanted.VACANT else vacant[:ON_A_PAGE] if page == 1 else [],
        members=list(_members(turn, listed[here])),
        page=page,
        pages=pages,
    )


def _reporting(turn: Turn) -> set[UnitId]:
    """Return the units that are to report in any campaign and are not closed."""
    units: set[UnitId] = set().union(*turn.world.reporting.values()) - turn.world.tree.closings.keys()
    return {unit for unit in units if not turn.world.tree.is_closed(unit, turn.world.day)}


def _members(turn: Turn, holders: Sequence[Holder]) -> Iterator[tuple[Unit, list[Member]]]:
    day = turn.world.today(turn.world.setting.first, turn.incoming.at)
    away = leaves.people_away(turn.tx, day)
    campaigns = [campaign.code for campaign in turn.world.setting.campaigns]
    for unit, posts in groupby(holders, lambda each: each.post.unit):
        members = [
            Member(
                each,
                rolls.last_day(turn.tx, campaigns, each) if each.post.role is Role.OFFICER else None,
                each.person in away,
            )
            for each in posts
        ]
        yield turn.world.tree[unit], members
