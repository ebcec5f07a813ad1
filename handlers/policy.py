"""Who may say what, and where: default deny, decided here for every command and every button."""

from enum import StrEnum

from bot.domain.units import UnitId
from handlers.turn import Turn
from storage.people import Role


class Who(StrEnum):
    """Whom a command is for."""

    ANYBODY = "anybody"  # strangers too: only the way in
    BOUND = "bound"  # whoever holds a post
    OFFICER = "officer"
    COMMANDER = "commander"
    ADMIN = "admin"  # named in the config


class Where(StrEnum):
    """Where a command works."""

    PRIVATE = "private"
    GROUP = "group"
    BOTH = "both"


class Verdict(StrEnum):
    """What the policy says; every verdict but the first has its own answer."""

    ALLOWED = "allowed"
    STRANGER = "stranger"  # no post, or no longer any
    ANONYMOUS = "anonymous"  # an anonymous admin, a channel, another bot
    NOT_YOU = "not_you"  # known, but not in the role that it takes
    ONLY_PRIVATE = "only_private"
    ONLY_GROUP = "only_group"
    UNBOUND_GROUP = "unbound_group"
    FOREIGN_GROUP = "foreign_group"  # a group of units that the speaker has nothing to do with


def judge(turn: Turn, who: Who, where: Where, *, binds: bool = False) -> Verdict:
    """Decide about a command; `binds` marks the one that works in a group without a unit."""
    if turn.incoming.speaker is None:
        return Verdict.ANONYMOUS
    if not is_bound(turn) and (who is not Who.ANYBODY or not turn.private):
        return Verdict.STRANGER
    if not _holds(turn, who):
        return Verdict.NOT_YOU
    if turn.private:
        return Verdict.ONLY_GROUP if where is Where.GROUP else Verdict.ALLOWED
    if where is Where.PRIVATE:
        return Verdict.ONLY_PRIVATE
    return Verdict.ALLOWED if binds else _group(turn)


def is_bound(turn: Turn) -> bool:
    """Tell whether the speaker holds any post, or is an admin."""
    return bool(turn.posts) or turn.is_admin


def commands(turn: Turn, unit: UnitId) -> bool:
    """Tell whether the speaker commands this unit: its own commander, one above it, or an admin."""
    return turn.is_admin or any(turn.world.tree.covers(above, unit) for above in turn.units(Role.COMMANDER))


def may_read(turn: Turn, unit: UnitId) -> bool:
    """Tell whether the speaker may see this unit's figures here.

    Officers see their own units, commanders everything below theirs. A group sees its own unit and, when
    the speaker may, what lies below it: never what lies elsewhere, whoever asks.
    """
    own = commands(turn, unit) or unit in turn.units(Role.OFFICER)
    if turn.private:
        return own
    group = turn.chat.unit
    return group is not None and (unit == group or (own and turn.world.tree.covers(UnitId(group), unit)))


def _holds(turn: Turn, who: Who) -> bool:
    if who is Who.OFFICER:
        return bool(turn.units(Role.OFFICER))
    if who is Who.ADMIN:
        return turn.is_admin
    if who is Who.COMMANDER:
        return turn.is_admin or bool(turn.units(Role.COMMANDER))
    return True


def _group(turn: Turn) -> Verdict:
    """Judge a speaker in a group: it must have a unit, and the speaker a post in it or a command over it."""
    unit = turn.chat.unit
    if unit is None or unit not in turn.world.tree.units:
        return Verdict.UNBOUND_GROUP
    inside = any(turn.world.tree.covers(UnitId(unit), post.unit) for post in turn.posts)
    return Verdict.ALLOWED if inside or commands(turn, UnitId(unit)) else Verdict.FOREIGN_GROUP
