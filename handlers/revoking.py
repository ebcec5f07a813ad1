"""Revoking: a commander takes a post away; it holds from the next message or press on."""

from collections.abc import Iterator

from bot.domain.units import UnitId
from handlers import approving, choosing, policy, posts
from handlers.turn import Turn, choice
from storage import audit, parting, people, requests, rolls
from storage.people import Post, Role
from storage.requests import Request, RequestKind
from storage.rolls import Holder


def revoke(turn: Turn, text: str) -> None:
    """Answer `/thuhoi unit`, or `/thuhoi POST [yes]`: ask first, then take the post away."""
    typed = posts.typed(turn, text, posts.may_end)
    if typed is not None and typed.holder is not None:
        _revoke(turn, typed.holder, sure=typed.sure)
    elif typed is not None:
        turn.say("people.no_such_post", ref=typed.ref)
    elif not text.strip():
        turn.say("people.revoke_usage")
    else:
        unit = choosing.unit_called(turn, text, lambda each: policy.commands(turn, each), "revoke")
        if unit is not None:
            _choose(turn, unit.id)


def press(turn: Turn, unit: int = 0, post: int = 0, *, sure: bool = False) -> None:
    """Go on with the unit or the post that a button named."""
    if not post:
        _choose(turn, UnitId(unit))
    elif (holder := posts.pressed(turn, post, posts.may_end)) is not None:
        _revoke(turn, holder, sure=sure)


def _choose(turn: Turn, unit: UnitId) -> None:
    if unit not in turn.world.tree.units or not policy.commands(turn, unit):
        turn.say("refusals.out_of_scope")
    elif (holder := posts.choose(turn, turn.world.tree[unit], posts.may_end, "revoke")) is not None:
        _revoke(turn, holder, sure=False)


def _revoke(turn: Turn, holder: Holder, *, sure: bool) -> None:
    if sure:
        _end(turn, holder)
        return
    rows = ((choice("revoke", "revoke", post=holder.number, sure=True),),)
    turn.say("people.sure", rows, f"person:{holder.person}", holder=holder, unit=turn.world.tree[holder.post.unit])


def expel(turn: Turn, person: int, unit: int, role: str) -> None:
    """Put out somebody who is not the one that was invited, whether they are in or still wait: the button."""
    post = Post(Role(role), UnitId(unit))
    if post.unit not in turn.world.tree.units or not policy.commands(turn, post.unit):
        turn.say("refusals.out_of_scope")
        return
    holders = rolls.of_unit(turn.tx, turn.channel, post.unit)
    holder = next((each for each in holders if (each.person, each.post) == (person, post)), None)
    waiting = list(_waiting(turn, person, post))
    if holder is not None and posts.may_end(turn, holder):
        _end(turn, holder)
    elif holder is not None:
        turn.say("people.only_from_above", unit=turn.world.tree[post.unit])
    elif not waiting:
        turn.say("people.post_ended")
    for request in waiting:
        approving.decide(turn, request, yes=False, reason="")


def _waiting(turn: Turn, person: int, post: Post) -> Iterator[Request]:
    """Yield the open requests of somebody for a post."""
    wanted = (RequestKind.JOIN, person, post.unit, post.role)
    for each in requests.waiting(turn.tx):
        if isinstance(each, Request) and (each.kind, each.person, each.unit, each.role) == wanted:
            yield each


def _end(turn: Turn, holder: Holder) -> None:
    """Take a post away at once, tell the one who held it, and say that it is done."""
    post, unit = holder.post, turn.world.tree[holder.post.unit]
    accounts = people.accounts(turn.tx, turn.channel, holder.person)
    parting.part(turn.tx, holder.person, post, turn.now)
    audit.note(turn.tx, turn.now, turn.actor, "post revoked", person=holder.person, unit=unit.code, role=post.role)
    for account in accounts:
        turn.tell(account, "people.dismissed", unit=unit, role=post.role)
    turn.say("people.revoked", subject=f"person:{holder.person}", name=holder.name, unit=unit, role=post.role)
