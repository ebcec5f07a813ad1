"""Confirming: a questioned value is said to be right or wrong by its author."""

from handlers import owning, recording
from handlers.answering import answer, example, typed
from handlers.turn import Turn
from storage import entries
from storage.entries import Entry


def open_question(turn: Turn) -> Entry | None:
    """Return the speaker's newest questioned entry that still waits, or None."""
    return entries.open_question(turn.tx, turn.known.id) if turn.person else None


def confirm(turn: Turn, entry: int) -> None:
    """Count the questioned entry that its author says is right."""
    question = entries.get(turn.tx, entry)
    campaign = owning.campaign_of(turn, question)
    if campaign is None:
        return
    if not entries.is_open(turn.tx, question.id):
        nothing(turn)
        return
    answer(turn, campaign, recording.confirm(turn, campaign, question))


def drop(turn: Turn, entry: int) -> None:
    """Drop the questioned entry that its author says is wrong."""
    question = entries.get(turn.tx, entry)
    campaign = owning.campaign_of(turn, question)
    if campaign is None:
        return
    if not entries.is_open(turn.tx, question.id):
        nothing(turn)
        return
    recording.drop(turn, question)
    line = typed(turn, example(campaign))
    turn.rewrite(f"entry:{question.id}", "report.dropped", ref=question.ref, example=line)
    if not turn.pressed:  # a press shows its effect on the message that it was under
        turn.say("report.dropped", ref=question.ref, example=line)


def nothing(turn: Turn) -> None:
    """Say that no question is open."""
    turn.say("report.nothing_to_confirm")
