"""Announcing: a commander's words to everybody below, seen before they are sent, and sent once."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from bot.domain import announcement as announced
from bot.domain.text import clean, fold
from bot.domain.units import UnitId
from bot.jobs.announced import Crier, desk_subject, facts, groups, reach, recipients, spread
from handlers import choosing, policy, showing
from handlers.turn import Choice, Choices, Turn, choice, named
from storage import announcements, people
from storage.announcements import Announcement, State
from storage.people import Role

LISTED = 5
_ORDER = re.compile(r"(.+?) #?(t[2-9a-z]{4,8})")


def announce(turn: Turn, text: str) -> None:
    """Answer `/thongbao`: preview a text, do what is typed for one (`gửi REF`), or list the last ones."""
    words = announced.body(text)
    if not words:
        shown = [(each, reach(turn.tx, each)) for each in announcements.latest(turn.tx, _author(turn), LISTED)]
        turn.say("announce.listed", announcements=shown, longest=announced.LONGEST)
    elif not _ordered(turn, words):
        _draft(turn, words)


def edited(turn: Turn, text: str) -> None:
    """Preview anew what an edited message says now; what was sent is not changed."""
    drafted = announcements.of_message(turn.tx, turn.chat.id, turn.incoming.message)
    words = announced.body(text)
    if drafted is None or not words:
        announce(turn, text)
    elif drafted.state is not State.DRAFT:
        turn.say("announce.too_late", ref=drafted.ref, state=drafted.state.value)
    elif _fits(turn, words):
        redrafted = replace(drafted, text=words)
        announcements.redraft(turn.tx, redrafted)
        turn.rewrite(desk_subject(drafted), "announce.renewed", ref=drafted.ref)
        _preview(turn, redrafted)


def send(turn: Turn, ref: str, text: str = "", *, at_once: bool = False) -> None:
    """Send a draft, or hold it while it is quiet. `text` is the digest of what the pressed preview showed."""
    found = _own(turn, ref)
    if found is None:
        return
    if text and text != _digest(found):
        turn.say("announce.renewed", ref=ref)
    elif announcements.sent_since(turn.tx, found.person, _midnight(turn)) >= announced.A_DAY + (_is_held(found)):
        turn.say("announce.too_many", limit=announced.A_DAY)
    elif _crier(turn).quiet and not at_once:
        _hold(turn, found)
    elif announcements.move(turn.tx, found, (State.DRAFT, State.HELD), State.SENT, turn.now):
        number = spread(_crier(turn), found)
        _tell(turn, found, "announce.under_way", number=number)
    else:
        _too_late(turn, ref)


def send_now(turn: Turn, ref: str, text: str = "") -> None:
    """Send a draft also in the quiet hours, or one that is held through them."""
    send(turn, ref, text, at_once=True)


def cancel(turn: Turn, ref: str) -> None:
    """Give up a draft, or what is held."""
    found = _own(turn, ref)
    if found is None:
        return
    if announcements.move(turn.tx, found, (State.DRAFT, State.HELD), State.CANCELLED, turn.now):
        _tell(turn, found, "announce.cancelled")
    else:
        _too_late(turn, ref)


def set_groups(turn: Turn, ref: str, *, wanted: bool) -> None:
    """Let the groups hear a draft too, or only people."""
    found = _own(turn, ref)
    if found is not None:
        _redraft(turn, replace(found, with_groups=wanted))


def set_unit(turn: Turn, unit: int, ref: str) -> None:
    """Tell a draft to everybody below another unit that the speaker commands."""
    found = _own(turn, ref)
    if found is None:
        return
    if unit not in turn.world.tree.units or not policy.commands(turn, UnitId(unit)):
        turn.say("refusals.out_of_scope")
    else:
        _redraft(turn, replace(found, unit=UnitId(unit)))


ORDERS: dict[str, Callable[[Turn, str], None]] = {
    "gui": send,
    "send": send,
    "gui ngay": send_now,
    "send now": send_now,
    "huy": cancel,
    "cancel": cancel,
    "ca nhom": lambda turn, ref: set_groups(turn, ref, wanted=True),
    "groups too": lambda turn, ref: set_groups(turn, ref, wanted=True),
    "khong nhom": lambda turn, ref: set_groups(turn, ref, wanted=False),
    "no groups": lambda turn, ref: set_groups(turn, ref, wanted=False),
}
"""What may be typed for one's own announcement; besides `cho <unit> REF`."""

_FOR = re.compile(r"(?:cho|to) (.+)")


def _ordered(turn: Turn, words: str) -> bool:
    """Do what is typed for an announcement of one's own; False where the words are a text to be announced."""
    order = _ORDER.fullmatch(fold(words))
    found = announcements.find(turn.tx, order[2].upper()) if order else None
    if order is None or found is None or found.person != _author(turn):
        return False
    act, unit = ORDERS.get(order[1]), _FOR.fullmatch(order[1])
    if act is not None:
        act(turn, found.ref)
    elif unit is not None:
        chosen = choosing.unit_called(
            turn, unit[1], lambda each: policy.commands(turn, each), "announce_unit", ref=found.ref
        )
        if chosen is not None:
            set_unit(turn, chosen.id, found.ref)
    return act is not None or unit is not None


def _draft(turn: Turn, words: str) -> None:
    own = showing.own_unit(turn)
    unit = next(iter(turn.units(Role.COMMANDER)), own.id if own else None)
    if unit is None:
        turn.say("status.which_unit")
    elif _fits(turn, words):
        author = _author(turn)
        drafted = announcements.draft(turn.tx, author, unit, words, turn.chat.id, turn.incoming.message, turn.now)
        _preview(turn, drafted)


def _fits(turn: Turn, words: str) -> bool:
    if len(words) > announced.LONGEST:
        turn.say("announce.too_long", length=len(words), longest=announced.LONGEST)
    return len(words) <= announced.LONGEST


def _preview(turn: Turn, drafted: Announcement) -> None:
    """Show the text exactly as it will be read, and under it who will read it."""
    turn.say("announce.announcement", **facts(_crier(turn), drafted))
    message, choices, told = _decision(turn, drafted)
    turn.say(message, choices, desk_subject(drafted), **told)


def _redraft(turn: Turn, drafted: Announcement) -> None:
    """Change whom a draft is for; its text is on show already."""
    if announcements.redraft(turn.tx, drafted):
        message, choices, told = _decision(turn, drafted)
        turn.rewrite(desk_subject(drafted), message, choices, **told)
        if not turn.pressed:
            turn.say("announce.changed", ref=drafted.ref)
    else:
        _too_late(turn, drafted.ref)


def _decision(turn: Turn, drafted: Announcement) -> tuple[str, Choices, dict[str, Any]]:
    """Return what is to be decided about a draft: the message, its buttons, its facts."""
    crier = _crier(turn)
    told, heard = recipients(crier, drafted), groups(crier, drafted.unit)
    decision: dict[str, Any] = {
        "ref": drafted.ref,
        "unit": turn.world.tree[drafted.unit],
        "people": len(told),
        "unreachable": sum(not each.chat.reachable for each in told),
        "groups": len(heard),
        "with_groups": drafted.with_groups,
        "opens": crier.opens if crier.quiet else None,
    }
    seen = {"ref": drafted.ref, "text": _digest(drafted)}
    first: list[Choice] = [choice("announce_send", "announce_send", **seen)]
    if crier.quiet:
        later = turn.text("labels.announce_later", at=crier.opens)
        first = [named(later, "announce_send", **seen), choice("announce_now", "announce_now", **seen)]
    rows: list[tuple[Choice, ...]] = [(*first, choice("cancel", "announce_cancel", ref=drafted.ref))]
    if heard and drafted.with_groups:
        rows.append((choice("announce_people", "announce_groups", ref=drafted.ref, wanted=False),))
    elif heard:
        rows.append((choice("announce_groups", "announce_groups", ref=drafted.ref, wanted=True),))
    others = [unit for unit in turn.units(Role.COMMANDER) if unit != drafted.unit]
    rows += [(named(turn.world.tree[unit].name, "announce_unit", unit=unit, ref=drafted.ref),) for unit in others]
    return "announce.preview", tuple(rows), decision


def _hold(turn: Turn, found: Announcement) -> None:
    """Keep it until the quiet hours end; until then it may be sent at once, or given up."""
    if announcements.move(turn.tx, found, (State.DRAFT,), State.HELD, turn.now):
        choices = (
            (choice("announce_now", "announce_now", ref=found.ref), choice("cancel", "announce_cancel", ref=found.ref)),
        )
        _tell(turn, found, "announce.held", choices, opens=_crier(turn).opens)
    else:
        _too_late(turn, found.ref)


def _tell(turn: Turn, found: Announcement, message: str, choices: Choices = (), /, **facts: Any) -> None:
    """Show what was done under the preview; where it was typed, say it too."""
    turn.rewrite(desk_subject(found), message, choices, ref=found.ref, **facts)
    if not turn.pressed:
        turn.say(message, ref=found.ref, **facts)


def _too_late(turn: Turn, ref: str) -> None:
    found = announcements.find(turn.tx, ref)
    turn.say("announce.too_late", ref=ref, state=found.state.value if found else "")


def _own(turn: Turn, ref: str) -> Announcement | None:
    """Return an announcement of the speaker's own whose unit they still command; otherwise say that it cannot be."""
    found = announcements.find(turn.tx, clean(ref))
    if found is not None and found.person == _author(turn) and policy.commands(turn, found.unit):
        return found
    turn.say("refusals.out_of_scope")
    return None


def _author(turn: Turn) -> int:
    """Return the speaker as a person; an admin without a post becomes one here."""
    if turn.person is not None:
        return turn.person.id
    name = turn.incoming.speaker.name if turn.incoming.speaker else ""
    return people.enrol(turn.tx, turn.channel, turn.account, name=name, now=turn.now)


def _crier(turn: Turn) -> Crier:
    return Crier(turn.tx, turn.world, turn.channel, turn.texts, datetime.fromtimestamp(turn.now, UTC))


def _is_held(found: Announcement) -> bool:
    return found.state is State.HELD


def _digest(drafted: Announcement) -> str:
    return hashlib.sha256(drafted.text.encode()).hexdigest()[:8]


def _midnight(turn: Turn) -> int:
    """Return when the local day of this turn began."""
    zone = turn.world.setting.zone
    today = datetime.fromtimestamp(turn.now, zone).date()
    return int(datetime.combine(today, time.min, zone).timestamp())
