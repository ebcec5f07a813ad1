"""Hearing: plain words are an answer to what the bot asked, else a report, else ordinary talk."""

from bot.domain.text import fold
from handlers import confirming, correcting, courtesy, deciding, drafts, guided, mending, reporting, waiting
from handlers.turn import Turn

LONGEST = 40  # characters that any of these words has; and none of them begins with a digit

RIGHT = frozenset({"dung", "dung roi", "dung vay", "phai", "xac nhan", "right", "y", "yes", "ok", "oke", "vang", "da"})
WRONG = frozenset({"sai", "sai roi", "khong dung", "nham", "wrong", "khong", "no"})
UNDO = frozenset({"hoan tac", "undo"})
CANCEL = frozenset({"huy", "huy bo", "cancel"})
TALK = frozenset({"a", "ok", "oke", "vang", "da", "khong", "no", "ro", "cam on", "thanks", "thank you"})
"""What people say by the way. Where nothing is asked it needs no answer, and least of all a reproach."""


def heard(turn: Turn, text: str) -> bool:
    """Take plain words; False where they mean nothing here."""
    words = "" if len(text) > LONGEST or text[:1].isdecimal() else fold(courtesy.without(text, ())).rstrip(".!")
    if words in CANCEL:
        cancel(turn)
    elif turn.asked and deciding.heard(turn, text):
        pass
    elif words in UNDO:
        mending.undo_newest(turn)
    elif words in RIGHT | WRONG and (question := confirming.open_question(turn)) is not None:
        act = confirming.confirm if words in RIGHT else confirming.drop
        act(turn, question.id)
    elif turn.asked and turn.private and (draft := drafts.current(turn)) is not None:
        guided.heard(turn, draft, text)
    elif words in TALK:
        pass
    elif words in RIGHT | WRONG:
        confirming.nothing(turn)
    else:
        return reporting.heard(turn, text)
    return True


def cancel(turn: Turn, text: str = "") -> None:
    """Drop what is half done: the draft, else the value that waits to be confirmed, else what waits for a commander."""
    if text.strip():
        correcting.withdraw(turn, text)
    elif deciding.cancel(turn):
        pass
    elif drafts.current(turn) is not None:
        drafts.end(turn)
        turn.say("guided.cancelled")
    elif waiting.give_up(turn):
        turn.say("guided.cancelled")
    elif (question := confirming.open_question(turn)) is not None:
        confirming.drop(turn, question.id)
    elif not correcting.withdraw_newest(turn):
        turn.say("guided.nothing_to_cancel")
