"""Deciding: `/duyet`, the queue of what waits for a commander, and the decision on each; the first one stands."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.domain.masking import mask
from bot.domain.text import clean, fold
from handlers import approving, confirming, correcting, matters, owndata, owning
from handlers.matters import Fate, Kind, Matter, Thing
from handlers.turn import Choice, Choices, Turn, choice, named
from storage import audit, dialogues
from storage.dialogues import Dialogue
from storage.entries import Entry
from storage.people import Role
from storage.requests import Correction, RequestKind

LONGEST_REF = 12
LONGEST_REASON = 300
SHOWN = 5
REASON = "reason"  # the kind of dialogue that asks why
PATIENCE_S = 86_400

DECISIONS = {
    "co": True,
    "dong y": True,
    "duyet": True,
    "yes": True,
    "khong": False,
    "tu choi": False,
    "no": False,
    "reject": False,
}
WITHOUT = frozenset({"bo qua", "skip", "khong", "no"})
"""What one says instead of a reason."""

Page = dict[str, Any]
"""What a button of the queue knows of its message: its `subject`, and the `refs` that it shows."""


def decision(turn: Turn, text: str) -> None:
    """Answer `/duyet`: a page of the queue, or the decision on one (`/duyet REF`, `/duyet REF không lý do`)."""
    ref, _, words = text.strip().partition(" ")
    yes, reason = _spoken(words)
    if ref.isascii() and ref.isdecimal() and not words and matters.find(turn, _clean(ref)) is None:
        _queue(turn, skip=SHOWN * (max(int(ref[:3]), 1) - 1))
    elif ref and yes is not None:
        _decide(turn, _clean(ref), yes=yes, reason=reason)
    else:
        _queue(turn)


def _clean(ref: str) -> str:
    return clean(ref, LONGEST_REF).lstrip("#").upper()


def _spoken(words: str) -> tuple[bool | None, str]:
    """Return the decision that leads these words, and the reason after it; None where they lead with none."""
    spoken = words.split()
    for length in (2, 1):
        lead = fold(" ".join(spoken[:length])).rstrip(":,.#")
        reason = _reason(" ".join(spoken[length:]))
        yes = DECISIONS.get(lead) if len(spoken) >= length else None
        if yes is False or (yes and not reason):  # a yes with more behind it may be a question
            return yes, reason
    return (None, "") if spoken else (True, "")


def _reason(words: str) -> str:
    return mask(clean(words, LONGEST_REASON)).lstrip("#:,. ")


def approve(turn: Turn, ref: str, page: Page | None = None) -> None:
    """Let it be: the button."""
    _decide(turn, ref, yes=True, page=page)


def reject(turn: Turn, ref: str, page: Page | None = None) -> None:
    """Do not let it be: the button. Of a correction it asks why first."""
    thing = matters.find(turn, ref)
    if isinstance(thing, Correction) and _is_open(turn, thing) and _ask_why(owning.acting(turn), ref, page):
        return
    _decide(turn, ref, yes=False, page=page)


def reject_plain(turn: Turn, ref: str, page: Page | None = None) -> None:
    """Reject without a reason: the button under the question for one."""
    turn = owning.acting(turn)
    if _asked(turn) is not None:
        dialogues.end(turn.tx, turn.chat.id, turn.known.id)
    _decide(turn, ref, yes=False, page=page)
    thing = matters.find(turn, ref)
    if thing is not None:
        turn.rewrite(_why(turn, ref), "deciding.decided", m=matters.shown(turn, thing))


def _is_open(turn: Turn, thing: Thing) -> bool:
    return matters.may_decide(turn, thing) and matters.shown(turn, thing).fate is Fate.OPEN


def _ask_why(turn: Turn, ref: str, page: Page | None) -> bool:
    """Ask for the reason; False where another conversation is under way that must not be lost."""
    stands = dialogues.current(turn.tx, turn.chat.id, turn.known.id, turn.now)
    if stands is not None and stands.kind != REASON:
        return False
    dialogue = Dialogue(turn.chat.id, turn.known.id, REASON, {"ref": ref, "page": page})
    dialogues.begin(turn.tx, dialogue, turn.now + PATIENCE_S)
    button = choice("no_reason", "reject_plain", ref=ref, page=page)
    turn.say("deciding.why", ((button,),), _why(turn, ref), ref=ref)
    return True


def _why(turn: Turn, ref: str) -> str:
    return f"why:{ref}:{turn.account}"


def _asked(turn: Turn) -> Dialogue | None:
    stands = dialogues.current(turn.tx, turn.chat.id, turn.known.id, turn.now) if turn.person else None
    return stands if stands is not None and stands.kind == REASON else None


def heard(turn: Turn, text: str) -> bool:
    """Take words as the reason that was asked for; False where none was."""
    decides = turn.private and (turn.is_admin or turn.units(Role.COMMANDER))  # spares everybody else the look
    reports = turn.units(Role.OFFICER) and text[:1].isdecimal()  # a report is never a reason
    asked = _asked(turn) if decides and not reports else None
    if asked is None:
        return False
    dialogues.end(turn.tx, turn.chat.id, turn.known.id)
    reason = "" if fold(text) in WITHOUT else _reason(text)
    _decide(turn, asked.data["ref"], yes=False, reason=reason, page=asked.data["page"])
    return True


def cancel(turn: Turn) -> bool:
    """Stop asking for a reason, and decide nothing; False where none was asked for."""
    asked = _asked(turn)
    if asked is None:
        return False
    dialogues.end(turn.tx, turn.chat.id, turn.known.id)
    turn.say("deciding.why_cancelled", ref=asked.data["ref"])
    return True


def _decide(turn: Turn, ref: str, *, yes: bool, reason: str = "", page: Page | None = None) -> None:
    """Decide a matter; the first decision stands, and a later one is told so."""
    thing = matters.find(turn, ref)
    if thing is None or not matters.may_decide(turn, thing):
        if thing is not None:
            audit.note(turn.tx, turn.now, turn.actor, "decision refused", ref=ref)
        turn.say("joining.no_such_request", ref=ref)
        return
    matter = matters.shown(turn, thing)
    if matter.fate is not Fate.OPEN:
        turn.say("deciding.decided_before", m=matter)
    elif isinstance(thing, Entry):
        confirming.decide(owning.acting(turn), thing, yes=yes, reason=reason)
    elif isinstance(thing, Correction):
        correcting.decide(owning.acting(turn), thing, yes=yes, reason=reason)
    elif thing.kind is RequestKind.ERASE:
        owndata.decide(turn, thing, yes=yes)
    else:
        approving.decide(turn, thing, yes=yes, reason=reason)
    if page:
        _redraw(turn, page)


def more(turn: Turn, after: list[int]) -> None:
    """Show what waits after a matter: the button under a page of the queue."""
    things = matters.waiting(turn)
    _queue(turn, skip=sum(matters.when(thing) <= tuple(after) for thing in things))


def _queue(turn: Turn, skip: int = 0) -> None:
    """Show a page of what waits for the speaker, oldest first."""
    things = matters.waiting(turn)
    skip = skip if skip < len(things) else 0
    part, rest = things[skip : skip + SHOWN], len(things) - skip - SHOWN
    if not part:
        turn.say("deciding.empty")
        return
    shown = [matters.shown(turn, thing) for thing in part]
    page: Page = {"subject": f"queue:{turn.chat.id}:{turn.incoming.update}", "refs": [each.ref for each in shown]}
    counts = Counter(_kind(thing) for thing in things)
    onward = ((choice("next_page", "queue", after=matters.when(part[-1])),),) if rest > 0 else ()
    turn.say(
        "deciding.queue",
        (*_buttons(turn, shown, page), *onward),
        page["subject"],
        counts={kind.value: counts[kind] for kind in Kind if counts[kind]},
        matters=shown,
        rest=max(rest, 0),
        page=skip // SHOWN + 2,
    )


def _kind(thing: Thing) -> Kind:
    if isinstance(thing, Entry):
        return Kind.QUESTION
    return Kind.CORRECTION if isinstance(thing, Correction) else Kind(thing.kind.value)


def _buttons(turn: Turn, shown: Sequence[Matter], page: Page) -> Choices:
    return tuple(
        (_button(turn, "approve", each, page), _button(turn, "reject", each, page))
        for each in shown
        if each.fate is Fate.OPEN
    )


def _button(turn: Turn, action: str, matter: Matter, page: Page) -> Choice:
    return named(f"{turn.text(f'labels.{action}')} {matter.ref}", action, ref=matter.ref, page=page)


def _redraw(turn: Turn, page: Page) -> None:
    """Show on a page of the queue what has been decided since."""
    found = [matters.find(turn, ref) for ref in page["refs"]]
    shown = [matters.shown(turn, thing) for thing in found if thing is not None]
    turn.rewrite(page["subject"], "deciding.page", _buttons(turn, shown, page), matters=shown)
