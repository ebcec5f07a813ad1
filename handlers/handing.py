"""Handing over: a post goes to somebody else, and the unit's history stays with the unit."""

from collections.abc import Iterable
from typing import Any

from bot.domain.units import Unit, UnitId
from handlers import choosing, inviting, policy, posts
from handlers.inviting import Arrival
from handlers.turn import Turn, named
from storage import audit, invites, parting, people
from storage.invites import InviteKind
from storage.people import Role
from storage.rolls import Holder


def hand_over(turn: Turn, text: str) -> None:
    """Answer `/thay [unit]`, or `/thay POST`: a link by which somebody takes over a post."""
    typed = posts.typed(turn, text, _may)
    if typed is not None and typed.holder is not None:
        _hand_over(turn, typed.holder)
    elif typed is not None:
        turn.say("people.no_such_post", ref=typed.ref)
    elif text.strip():
        unit = choosing.unit_called(turn, text, lambda each: _concerns(turn, each), "hand_over")
        if unit is not None:
            _choose(turn, unit)
    else:
        _own(turn)


def press(turn: Turn, unit: int = 0, post: int = 0) -> None:
    """Go on with the unit or the post that a button named."""
    if post:
        holder = posts.pressed(turn, post, _may)
        if holder is not None:
            _hand_over(turn, holder)
    elif unit not in turn.world.tree.units or not _concerns(turn, UnitId(unit)):
        turn.say("refusals.out_of_scope")
    else:
        _choose(turn, turn.world.tree[UnitId(unit)])


def arrived(turn: Turn, arrival: Arrival) -> None:
    """End the post that somebody has taken over, and tell everybody concerned; else only who invited them."""
    replaced, post = arrival.replaces, arrival.post
    if replaced is None or not parting.part(turn.tx, replaced, post, turn.now):
        inviting.came_in(turn, arrival)
        return
    unit = turn.world.tree[post.unit]
    actor = f"person:{arrival.person}"
    audit.note(turn.tx, turn.now, actor, "post taken over", of=replaced, unit=unit.code, role=post.role)
    facts: dict[str, Any] = {"unit": unit, "role": post.role}
    former, name = people.name(turn.tx, replaced), people.name(turn.tx, arrival.person)
    leaving = people.accounts(turn.tx, turn.channel, replaced)
    for account in leaving:
        turn.tell(account, "people.handed_on", subject=f"person:{arrival.person}", name=name, **facts)
    for account in people.accounts(turn.tx, turn.channel, arrival.person):
        turn.tell(account, "people.took_over", subject=f"person:{replaced}", name=former, **facts)
    for account in _watching(turn, arrival):
        if account not in leaving:
            inviting.tell_of(turn, account, "people.handed_over", arrival, former=former)


def _may(turn: Turn, holder: Holder) -> bool:
    return posts.is_own(turn, holder) or posts.may_end(turn, holder)


def _concerns(turn: Turn, unit: UnitId) -> bool:
    """Tell whether the speaker holds a post at a unit or commands it."""
    return unit in turn.units(Role.OFFICER) or policy.commands(turn, unit)


def _own(turn: Turn) -> None:
    """Hand over the only post that an officer has, or ask which."""
    units = turn.units(Role.OFFICER)
    if len(units) == 1:
        _choose(turn, turn.world.tree[units[0]])
    elif units:
        rows = tuple((named(turn.world.tree[each].name, "hand_over", unit=each),) for each in units)
        turn.say("people.which_own_unit", rows, units=[turn.world.tree[each] for each in units])
    else:
        turn.say("people.handover_usage")


def _choose(turn: Turn, unit: Unit) -> None:
    holder = posts.choose(turn, unit, _may, "hand_over")
    if holder is not None:
        _hand_over(turn, holder)


def _hand_over(turn: Turn, holder: Holder) -> None:
    """Issue the code that takes the post over; a newer one takes the place of an older one."""
    if not inviting.is_within_limit(turn):
        return
    unit, role = turn.world.tree[holder.post.unit], holder.post.role
    invites.revoke_handovers(turn.tx, InviteKind(role.value), unit.id, holder.person)
    expires = turn.now + inviting.DAYS * inviting.DAY_S
    facts: dict[str, Any] = {"holder": holder, "own": posts.is_own(turn, holder), "unit": unit, "expires": expires}
    turn.say("people.handover", subject=f"person:{holder.person}", **facts)
    inviting.hand_out(turn, unit, role, replaces=holder.person)


def _watching(turn: Turn, arrival: Arrival) -> Iterable[int]:
    """Return the accounts of the nearest commanders of a unit, without those who came or speak; else the admins."""
    for unit in turn.world.tree.path(arrival.post.unit):
        found = [each for each in people.commanders(turn.tx, (unit,)) if each != arrival.person]
        if found:
            return [each for person in found for each in people.accounts(turn.tx, turn.channel, person)]
    return sorted(turn.world.setting.admins)
