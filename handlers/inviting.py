"""Inviting: a commander lets people in below, and is told who came."""

from collections.abc import Iterator
from typing import NamedTuple

from bot.domain.text import fold
from bot.domain.units import Unit, UnitId
from handlers import choosing, closing, policy
from handlers.turn import Turn, choice
from storage import audit, invites, people
from storage.invites import InviteKind
from storage.people import Post, Role

DAYS = 14
DAY_S = 86_400
MOST_OPEN = 200  # invites of one person; a campaign's first day needs them all at once, and a thief gets no more
ROLES = {
    "chi huy": Role.COMMANDER,
    "commander": Role.COMMANDER,
    "can bo": Role.OFFICER,
    "officer": Role.OFFICER,
}


class Arrival(NamedTuple):
    """Somebody who came in by an invite; `invited_by` is named as in the audit, `replaces` is whose post it is."""

    person: int
    post: Post
    invited_by: str = ""
    replaces: int | None = None


def invite(turn: Turn, text: str) -> None:
    """Answer `/moi unit [commander]`: a link for one person, and a message to forward."""
    name, role = _wanted(text)
    if not name:
        turn.say("people.invite_usage")
        return
    unit = choosing.unit_called(turn, name, lambda each: policy.commands(turn, each), "invite", role=role)
    if unit is not None:
        _invite(turn, unit, role)


def invite_to(turn: Turn, unit: int, role: str) -> None:
    """Invite to the unit that a button named."""
    if unit not in turn.world.tree.units or not policy.commands(turn, UnitId(unit)):
        turn.say("refusals.out_of_scope")
    else:
        _invite(turn, turn.world.tree[UnitId(unit)], Role(role))


def _wanted(text: str) -> tuple[str, Role]:
    """Return the unit's name, and the role that the words after it name."""
    words = text.split()
    for count in (2, 1):
        role = ROLES.get(fold(" ".join(words[-count:]))) if len(words) >= count else None
        if role is not None:
            return " ".join(words[:-count]), role
    return " ".join(words), Role.OFFICER


def _invite(turn: Turn, unit: Unit, role: Role) -> None:
    reports = any(unit.id in reporting for reporting in turn.world.reporting.values())
    if turn.world.tree.is_closed(unit.id, turn.world.day):
        turn.say("people.invite_closed", **closing.ending(turn.world.tree, unit.id))
    elif role is Role.OFFICER and not reports:
        rows = ((choice("invite_commander", "invite", unit=unit.id, role=Role.COMMANDER.value),),)
        turn.say("people.does_not_report", rows, unit=unit)
    elif is_within_limit(turn):
        expires = turn.now + DAYS * DAY_S
        turn.say("people.invited", unit=unit, role=role, expires=expires)
        hand_out(turn, unit, role)


def is_within_limit(turn: Turn) -> bool:
    """Tell whether the speaker may issue one more invite; says so where not."""
    if invites.open_of(turn.tx, turn.actor, turn.now) < MOST_OPEN:
        return True
    turn.say("people.too_many_invites", most=MOST_OPEN, days=DAYS)
    return False


def hand_out(turn: Turn, unit: Unit, role: Role, *, replaces: int | None = None) -> None:
    """Issue an invite for one person, and say it in a message that can be forwarded as it is and is not kept."""
    expires = turn.now + DAYS * DAY_S
    code = invites.issue(
        turn.tx,
        InviteKind(role.value),
        unit.id,
        uses=1,
        expires=expires,
        now=turn.now,
        issued_by=turn.actor,
        replaces=replaces,
    )
    audit.note(turn.tx, turn.now, turn.actor, "invite issued", kind=role, unit=unit.code, uses=1, expires=expires)
    link = f"https://t.me/{turn.bot_name}?start={code}"
    name = people.name(turn.tx, replaces) if replaces else ""
    turn.say_secret("people.invitation", unit=unit, role=role, link=link, expires=expires, name=name)


def came_in(turn: Turn, arrival: Arrival, ref: str = "") -> None:
    """Tell whoever issued an invite who came in by it, or asks to (`ref`), with a button for the wrong one."""
    for account in _issuer(turn, arrival.invited_by):
        if account != turn.account:
            tell_of(turn, account, "people.came_in", arrival, ref=ref)


def tell_of(turn: Turn, account: int, message: str, arrival: Arrival, **facts: str) -> None:
    """Tell somebody of an arrival, with a button for the wrong one."""
    post = arrival.post
    rows = ((choice("not_them", "expel", person=arrival.person, unit=post.unit, role=post.role.value),),)
    name, unit = people.name(turn.tx, arrival.person), turn.world.tree[post.unit]
    turn.tell(account, message, rows, f"person:{arrival.person}", name=name, unit=unit, role=post.role, **facts)


def _issuer(turn: Turn, issued_by: str) -> Iterator[int]:
    kind, _, number = issued_by.partition(":")
    if kind == "person":
        yield from people.accounts(turn.tx, turn.channel, int(number))
    elif kind == "account":
        yield int(number)
