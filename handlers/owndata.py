"""Own data: what is kept of the speaker, and the wish for a copy of it or to have it taken out."""

from typing import Any

from bot.domain.text import fold
from bot.domain.units import UnitId
from handlers.turn import Turn, choice
from storage import audit, people, personal, requests
from storage.requests import Request, RequestState

WORDS = {
    "du lieu": "",
    "data": "",
    "ban sao": "copy",
    "copy": "copy",
    "xoa": "erase",
    "xoa du lieu": "erase",
    "erase": "erase",
}


def heard(turn: Turn, text: str) -> bool:
    """Take the words after `/toi` that speak of one's data; False for others."""
    wish = WORDS.get(fold(text))
    if wish is None:
        return False
    press(turn, wish)
    return True


def press(turn: Turn, wish: str = "") -> None:
    """Show what is kept of the speaker, or pass their wish on: `copy` or `erase`."""
    if turn.person is None:
        turn.say("people.no_data")
    elif wish == "copy":
        _ask_copy(turn)
    elif wish == "erase":
        _ask_erasure(turn)
    else:
        asked = requests.open_erasure(turn.tx, turn.known.id)
        rows = (
            ()
            if asked
            else ((choice("copy_data", "my_data", wish="copy"), choice("erase_data", "my_data", wish="erase")),)
        )
        kept = personal.kept(turn.tx, turn.known.id)
        turn.say("people.my_data", rows, name=turn.known.name, kept=kept, asked=asked.ref if asked else "")


def _ask_copy(turn: Turn) -> None:
    audit.note(turn.tx, turn.now, turn.actor, "copy of data wanted")
    turn.say("people.copy_asked")
    for account in sorted(turn.world.setting.admins):
        about = f"person:{turn.known.id}"
        turn.tell(account, "people.copy_wanted", subject=about, name=turn.known.name, person=turn.known.id)


def _ask_erasure(turn: Turn) -> None:
    """Ask the admins to decide; whoever commands the speaker is told, since a post will stand empty."""
    units = [post.unit for post in turn.posts]
    request = requests.ask_erasure(turn.tx, turn.known.id, units[-1] if units else _root(turn), turn.now)
    audit.note(turn.tx, turn.now, turn.actor, "erasure wanted", ref=request.ref)
    turn.say("people.erasure_asked", ref=request.ref)
    rows = ((choice("erase_data", "approve", ref=request.ref), choice("reject", "reject", ref=request.ref)),)
    for account in sorted(turn.world.setting.admins):
        turn.tell(
            account, "people.erasure_wanted", rows, _subject(request, account), name=turn.known.name, ref=request.ref
        )
    named = [turn.world.tree[unit] for unit in units]
    for account in _near(turn, units):
        turn.tell(account, "people.erasure_near", subject=f"person:{turn.known.id}", name=turn.known.name, units=named)


def _root(turn: Turn) -> UnitId:
    """Return the unit that a person without a post stands under."""
    return next(unit.id for unit in turn.world.tree.units.values() if unit.parent is None)


def _near(turn: Turn, units: list[UnitId]) -> list[int]:
    """Return the accounts of the nearest commanders of the speaker's units who are neither they nor admins."""
    found: dict[int, None] = {}
    for unit in units:
        for above in turn.world.tree.path(unit):
            near = [each for each in people.commanders(turn.tx, (above,)) if each != turn.known.id]
            if near:
                found.update(
                    (account, None) for each in near for account in people.accounts(turn.tx, turn.channel, each)
                )
                break
    return [account for account in found if account not in turn.world.setting.admins]


def decide(turn: Turn, request: Request, *, yes: bool) -> None:
    """Erase a person on their own wish, or refuse to; it cannot be undone."""
    state = RequestState.APPROVED if yes else RequestState.REJECTED
    requests.decide(turn.tx, request, state, turn.actor, turn.now)
    audit.note(turn.tx, turn.now, turn.actor, f"erasure {state}", ref=request.ref, person=request.person)
    if yes:
        name = personal.erase_for_good(turn.tx, request.person, turn.now)
        _show(turn, request, "people.erased", name=name)
    else:
        _show(turn, request, "people.kept_data", ref=request.ref)
        for account in people.accounts(turn.tx, turn.channel, request.person):
            turn.tell(account, "people.erasure_refused", ref=request.ref)


def _show(turn: Turn, request: Request, message: str, **facts: Any) -> None:
    """Say what was decided, in place of the question to every admin."""
    if not turn.pressed:
        turn.say(message, **facts)
    for account in sorted(turn.world.setting.admins):
        turn.rewrite(_subject(request, account), message, **facts)


def _subject(request: Request, account: int) -> str:
    return f"request:{request.ref}:{account}"
