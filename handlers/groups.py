"""Groups: which unit a group (and its topic) belongs to."""

from bot.domain.units import UnitId
from handlers import joining, policy
from handlers.turn import Turn
from storage import audit, chats, invites
from storage.invites import Invite, InviteKind, NoInvite


def bind(turn: Turn, text: str) -> None:
    """Bind this group to the unit of a code; the speaker must command that unit, and the one it leaves."""
    code = text.strip()
    if not code:
        turn.say("groups.needs_code")
        return
    invite = joining.look(turn, code)
    if not isinstance(invite, Invite) or invite.kind is not InviteKind.GROUP:
        turn.say("groups.bad_code", why=invite if isinstance(invite, NoInvite) else NoInvite.UNKNOWN)
    elif not policy.commands(turn, invite.unit) or not _commands_present(turn):
        turn.say("refusals.out_of_scope")
    else:
        invites.spend(turn.tx, code)
        unit = turn.world.tree[invite.unit]
        chats.bind(turn.tx, turn.chat.id, unit.id, turn.incoming.place.thread)
        audit.note(turn.tx, turn.now, turn.actor, "group bound", chat=turn.chat.id, unit=unit.code)
        turn.say("groups.bound", unit=unit, bot=turn.bot_name)


def unbind(turn: Turn, _: str) -> None:
    """Let this group belong to no unit; only whoever commands its unit may."""
    if not _commands_present(turn):
        turn.say("refusals.out_of_scope")
        return
    chats.bind(turn.tx, turn.chat.id, None, None)
    audit.note(turn.tx, turn.now, turn.actor, "group unbound", chat=turn.chat.id)
    turn.say("groups.unbound")


def _commands_present(turn: Turn) -> bool:
    """Tell whether the speaker commands the unit that the group belongs to now, if it belongs to any."""
    unit = turn.chat.unit
    return unit is None or unit not in turn.world.tree.units or policy.commands(turn, UnitId(unit))
