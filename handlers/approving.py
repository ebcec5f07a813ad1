"""Approving: a commander's invite takes effect when somebody who may decide says so."""

from collections.abc import Iterator

from handlers import handing
from handlers.inviting import Arrival
from handlers.turn import Turn, choice
from storage import audit, people, requests
from storage.people import Post, Role
from storage.requests import Request, RequestState


def ask(turn: Turn, request: Request) -> None:
    """Tell whoever may decide that somebody asks for a post, and the one who asks to wait."""
    unit = turn.world.tree[request.unit]
    name = people.name(turn.tx, request.person)
    turn.say("joining.waits", unit=unit, ref=request.ref)
    choices = ((choice("approve", "approve", ref=request.ref), choice("reject", "reject", ref=request.ref)),)
    for account in _approvers(turn, request):
        subject = _subject(request, account)
        turn.tell(account, "joining.please_approve", choices, subject, name=name, unit=unit, ref=request.ref)


def decide(turn: Turn, request: Request, *, yes: bool, reason: str) -> None:
    """Let a would-be commander in, or not."""
    unit, name = turn.world.tree[request.unit], people.name(turn.tx, request.person)
    state = RequestState.APPROVED if yes else RequestState.REJECTED
    role = request.role or Role.COMMANDER
    requests.decide(turn.tx, request, state, turn.actor, turn.now, reason)
    facts = {"ref": request.ref, "unit": unit.code, "role": role} | ({"reason": reason} if reason else {})
    audit.note(turn.tx, turn.now, turn.actor, f"request {state.value}", **facts)
    if yes:
        people.appoint(turn.tx, request.person, role, request.unit, turn.now)
    if not turn.pressed:  # a press shows its effect on the message that it was under
        turn.say("joining.decided", name=name, unit=unit, state=state)
    for account in _approvers(turn, request):
        turn.rewrite(_subject(request, account), "joining.decided", name=name, unit=unit, state=state)
    for account in people.accounts(turn.tx, turn.channel, request.person):
        turn.tell(account, "joining.outcome", unit=unit, state=state)
    if yes:
        post = Post(role, request.unit)
        handing.arrived(turn, Arrival(request.person, post, request.invited_by, request.replaces))


def _approvers(turn: Turn, request: Request) -> Iterator[int]:
    """Yield the accounts that may decide: the admins, and the commanders of the unit and above."""
    commanders = people.commanders(turn.tx, turn.world.tree.path(request.unit))
    accounts = [
        account
        for person in commanders
        if person != request.person and f"person:{person}" != request.invited_by
        for account in people.accounts(turn.tx, turn.channel, person)
    ]
    yield from dict.fromkeys((*sorted(turn.world.setting.admins), *accounts))


def _subject(request: Request, account: int) -> str:
    return f"request:{request.ref}:{account}"
