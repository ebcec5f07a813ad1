"""Approving: a commander's invite takes effect when somebody who may decide says so."""

from collections.abc import Iterator

from bot.domain.text import clean, fold
from handlers import policy
from handlers.turn import Turn, choice
from storage import audit, people, requests
from storage.requests import Request

LONGEST_REF = 12
DECISIONS = {
    "": True,
    "co": True,
    "dong y": True,
    "yes": True,
    "khong": False,
    "tu choi": False,
    "no": False,
    "reject": False,
}


def ask(turn: Turn, request: Request) -> None:
    """Tell whoever may decide that somebody asks for a post, and the one who asks to wait."""
    unit = turn.world.tree[request.unit]
    name = people.name(turn.tx, request.person)
    turn.say("joining.waits", unit=unit, ref=request.ref)
    choices = ((choice("approve", "approve", ref=request.ref), choice("reject", "reject", ref=request.ref)),)
    for account in _approvers(turn, request):
        subject = _subject(request, account)
        turn.tell(account, "joining.please_approve", choices, subject, name=name, unit=unit, ref=request.ref)


def approve(turn: Turn, ref: str) -> None:
    """Let a commander in: the button."""
    _decide(turn, ref, yes=True)


def reject(turn: Turn, ref: str) -> None:
    """Keep a would-be commander out: the button."""
    _decide(turn, ref, yes=False)


def approval(turn: Turn, text: str) -> None:
    """Answer `/duyet`: the open requests, or the decision on one (`/duyet REF`, `/duyet REF không`)."""
    ref, _, word = text.strip().partition(" ")
    yes = DECISIONS.get(fold(word))
    if ref and yes is not None:
        _decide(turn, clean(ref, LONGEST_REF).lstrip("#").upper(), yes=yes)
        return
    shown = [
        (request, people.name(turn.tx, request.person), turn.world.tree[request.unit])
        for request in requests.waiting(turn.tx)
        if _may_decide(turn, request)
    ]
    turn.say("joining.queue", requests=shown)


def _decide(turn: Turn, ref: str, *, yes: bool) -> None:
    """Decide a request; the first decision stands, and a later one is told so."""
    request = requests.find(turn.tx, ref)
    if request is None or not _may_decide(turn, request):
        turn.say("joining.no_such_request", ref=ref)
        return
    unit, name = turn.world.tree[request.unit], people.name(turn.tx, request.person)
    state = "approved" if yes else "rejected"
    if not requests.decide(turn.tx, request, state, turn.actor, turn.now):
        turn.say("joining.decided_before", name=name, unit=unit, state=request.state)
        return
    audit.note(turn.tx, turn.now, turn.actor, f"request {state}", ref=ref, unit=unit.code, role=request.role)
    if yes:
        people.appoint(turn.tx, request.person, request.role, request.unit, turn.now)
    if not turn.pressed:  # a press shows its effect on the message that it was under
        turn.say("joining.decided", name=name, unit=unit, state=state)
    for account in _approvers(turn, request):
        turn.rewrite(_subject(request, account), "joining.decided", name=name, unit=unit, state=state)
    for account in people.accounts(turn.tx, turn.channel, request.person):
        turn.tell(account, "joining.outcome", unit=unit, state=state)


def _approvers(turn: Turn, request: Request) -> Iterator[int]:
    """Yield the accounts that may decide: the admins, and the commanders of the unit and above."""
    commanders = people.commanders(turn.tx, turn.world.tree.path(request.unit))
    accounts = [
        account
        for person in commanders
        if person != request.person
        for account in people.accounts(turn.tx, turn.channel, person)
    ]
    yield from dict.fromkeys((*sorted(turn.world.setting.admins), *accounts))


def _may_decide(turn: Turn, request: Request) -> bool:
    """Nobody decides about themselves."""
    own = turn.person is not None and turn.person.id == request.person
    return not own and request.unit in turn.world.tree.units and policy.commands(turn, request.unit)


def _subject(request: Request, account: int) -> str:
    return f"request:{request.ref}:{account}"
