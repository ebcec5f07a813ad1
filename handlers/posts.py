"""Posts: whose post somebody means, by the unit, by the post's short name, or by a button."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.text import clean, fold
from bot.domain.units import Unit
from handlers import policy
from handlers.turn import Turn, named
from storage import rolls
from storage.people import Role
from storage.rolls import Holder

LONGEST_NAME = 40
SHOWN = 10  # buttons; nobody's unit has more people than a hand or two
SURE = frozenset({"dong y", "chac chan", "yes", "sure"})
LABELS = {Role.OFFICER: "labels.officer", Role.COMMANDER: "labels.commander"}
_REF = re.compile(r"#?(P[2-9A-HJ-NP-Z]{4,})(?: +(.*))?", re.IGNORECASE)

May = Callable[[Turn, Holder], bool]


def is_own(turn: Turn, holder: Holder) -> bool:
    """Tell whether the speaker holds the post."""
    return turn.person is not None and turn.person.id == holder.person


def may_end(turn: Turn, holder: Holder) -> bool:
    """Tell whether the speaker may take a post away: nobody their own, and a commander's only from above."""
    unit = holder.post.unit
    if is_own(turn, holder) or unit not in turn.world.tree.units:
        return False
    if holder.post.role is Role.OFFICER:
        return policy.commands(turn, unit)
    above = (each for each in turn.units(Role.COMMANDER) if each != unit)
    return turn.is_admin or any(turn.world.tree.covers(each, unit) for each in above)


@dataclass(frozen=True, slots=True)
class Typed:
    """A post that was named by its short name: who holds it, None where nobody does within the speaker's reach."""

    ref: str
    holder: Holder | None
    sure: bool


def typed(turn: Turn, text: str, may: May) -> Typed | None:
    """Read a post's short name, and whether the words after it say yes; None for anything else, also a unit's name."""
    found = _REF.fullmatch(text.strip())
    if found is None or any(turn.world.names.called(text)):
        return None
    ref = found.group(1).upper()
    below = rolls.below(turn.tx, turn.channel, lambda unit: unit in turn.world.tree.units)
    holder = next((each for each in below if each.ref == ref and may(turn, each)), None)
    return Typed(ref, holder, fold(found.group(2) or "") in SURE)


def pressed(turn: Turn, post: int, may: May) -> Holder | None:
    """Return the holder of the post that a button named; says so, and returns None, where that is over or foreign."""
    holder = rolls.of_post(turn.tx, turn.channel, post)
    if holder is None:
        turn.say("people.post_ended")
    elif not may(turn, holder):
        turn.say("refusals.out_of_scope")
    else:
        return holder
    return None


def choose(turn: Turn, unit: Unit, may: May, action: str) -> Holder | None:
    """Return the only one who holds a post at a unit; otherwise answer with the choice, or that there is nobody."""
    found = [each for each in rolls.of_unit(turn.tx, turn.channel, unit.id) if may(turn, each)]
    if len(found) == 1:
        return found[0]
    if found:
        rows = tuple((named(_label(turn, each), action, post=each.number),) for each in found[:SHOWN])
        turn.say_secret("people.which_person", rows, unit=unit, holders=found, action=action)
    else:
        turn.say("people.nobody_here", unit=unit)
    return None


def _label(turn: Turn, holder: Holder) -> str:
    return f"{clean(holder.name, LONGEST_NAME) or holder.ref} ({turn.text(LABELS[holder.post.role])})"
