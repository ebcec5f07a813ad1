"""Joining: an invite binds an account to a unit and a role; a commander's waits for approval."""

from bot.domain import unitword
from bot.domain.units import Unit
from handlers import approving, handing, inviting, policy, reporting
from handlers.answering import example
from handlers.inviting import Arrival
from handlers.turn import Turn
from storage import audit, guesses, invites, people, requests
from storage.invites import Invite, InviteKind, NoInvite
from storage.people import Post, Role

LONGEST_CODE = 64  # what a deep link of Telegram carries


def start(turn: Turn, text: str) -> None:
    """Answer `/start`, with or without the code of an invite."""
    code = text.strip()
    if code:
        _redeem(turn, code)
    elif policy.is_bound(turn):
        turn.say("joining.welcome_back", name=turn.person.name if turn.person else "")
    else:
        neutral(turn)


def neutral(turn: Turn) -> None:
    """Tell a stranger how to get in, and nothing else; at most once a minute."""
    if people.may_answer_stranger(turn.tx, turn.channel, turn.account, turn.now):
        turn.say("joining.stranger")


def look(turn: Turn, code: str) -> Invite | NoInvite | None:
    """Return what a code opens; wrong ones are counted, and None after too many: the door is shut for an hour.

    Too many of all accounts together shut it for everybody without a post.
    """
    if not people.may_try_code(turn.tx, turn.channel, turn.account, turn.now):
        return None
    unknown = not policy.is_bound(turn)
    if unknown and not guesses.may_guess(turn.tx, turn.now):
        return None
    fit = code.isascii() and len(code) <= LONGEST_CODE
    found = invites.look(turn.tx, code, turn.now) if fit else NoInvite.UNKNOWN
    if isinstance(found, NoInvite):
        people.note_wrong_code(turn.tx, turn.channel, turn.account, turn.now)
    if found is NoInvite.UNKNOWN and unknown and guesses.note(turn.tx, turn.now):
        for account in sorted(turn.world.setting.admins):
            turn.tell(account, "people.wrong_codes", most=guesses.ALLOWED)
    return found


def _redeem(turn: Turn, code: str) -> None:
    invite = look(turn, code)
    if invite is None:
        neutral(turn)
    elif isinstance(invite, NoInvite):
        turn.say("joining.bad_code", why=invite)
    elif invite.kind is InviteKind.GROUP:
        turn.say("joining.code_for_group")
    else:
        _let_in(turn, code, invite)


def _let_in(turn: Turn, code: str, invite: Invite) -> None:
    role, unit = Role(invite.kind.value), turn.world.tree[invite.unit]
    if unit.id in turn.units(role):
        turn.say("joining.already", unit=unit, role=role)
        return
    invites.spend(turn.tx, code)
    name = turn.incoming.speaker.name if turn.incoming.speaker else ""
    person = people.enrol(turn.tx, turn.channel, turn.account, name=name, now=turn.now)
    audit.note(turn.tx, turn.now, f"person:{person}", "invite redeemed", unit=unit.code, role=role)
    arrival = Arrival(person, Post(role, unit.id), invite.issued_by, invite.replaces)
    if role is Role.COMMANDER:
        by, replaces = invite.issued_by, invite.replaces
        request = requests.ask(turn.tx, person, unit.id, role, turn.now, invited_by=by, replaces=replaces)
        approving.ask(turn, request)
        inviting.came_in(turn, arrival, request.ref)
    else:
        people.appoint(turn.tx, person, role, unit.id, turn.now)
        campaigns = reporting.duties(turn, unit)
        line = example(campaigns[0]) if campaigns else ""
        turn.say("joining.officer", unit=unit, campaigns=campaigns, example=line)
        _explain_several(turn, unit, line or "0")
        handing.arrived(turn, arrival)


def _explain_several(turn: Turn, unit: Unit, line: str) -> None:
    """Tell an officer who had a unit already how to say which one a line is for."""
    units = (*(each for each in reporting.own_units(turn) if each.id != unit.id), unit)
    if len(units) > 1:
        turn.say("joining.several", units=units, example=f"{unitword.call(unit, units, line) or unit.code} {line}")
