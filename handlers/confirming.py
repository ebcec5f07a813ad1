"""Confirming: a questioned value is said to be right or wrong, by its author or, in the end, by a commander."""

from dataclasses import replace

from bot.domain.days import Openness
from handlers import matters, owning, recording
from handlers.answering import answer, example, typed
from handlers.matters import Fate
from handlers.receipts import retire
from handlers.turn import Turn
from storage import audit, entries, people
from storage.entries import Entry


def open_question(turn: Turn) -> Entry | None:
    """Return the speaker's newest questioned entry that still waits, or None."""
    return entries.open_question(turn.tx, turn.known.id) if turn.person else None


def confirm(turn: Turn, entry: int) -> None:
    """Count the questioned entry that its author says is right."""
    question = entries.get(turn.tx, entry)
    campaign = owning.campaign_of(turn, question)
    if campaign is not None and _is_ours(turn, question):
        answer(turn, campaign, recording.confirm(turn, campaign, question))


def drop(turn: Turn, entry: int) -> None:
    """Drop the questioned entry that its author says is wrong."""
    question = entries.get(turn.tx, entry)
    campaign = owning.campaign_of(turn, question)
    if campaign is None or not _is_ours(turn, question):
        return
    recording.drop(turn, question)
    line = typed(turn, example(campaign))
    turn.rewrite(f"entry:{question.id}", "report.dropped", ref=question.ref, example=line)
    if not turn.pressed:  # a press shows its effect on the message that it was under
        turn.say("report.dropped", ref=question.ref, example=line)


def _is_ours(turn: Turn, question: Entry) -> bool:
    """Tell whether a question is still its author's; once the day is locked it is put before the commanders."""
    campaign = turn.world.setting.campaign(question.slot.campaign)
    if not entries.is_open(turn.tx, question.id):
        nothing(turn)
    elif campaign and recording.openness(turn, campaign, question.slot.day, question.slot.unit) is not Openness.OPEN:
        turn.say("deciding.for_commander", ref=question.ref, day=question.slot.day)
        matters.tell(turn, question)
    else:
        return True
    return False


def nothing(turn: Turn) -> None:
    """Say that no question is open."""
    turn.say("report.nothing_to_confirm")


def decide(turn: Turn, question: Entry, *, yes: bool, reason: str) -> None:
    """Let a commander count or drop a questioned entry; its author is told. It stays on time if it was."""
    campaign = turn.world.setting.campaign(question.slot.campaign)
    if campaign is None:
        turn.say("refusals.campaign_gone")
        return
    fate = Fate.APPROVED if yes else Fate.REJECTED
    matter = replace(matters.shown(turn, question), fate=fate, who=turn.known.name, reason=reason)
    counted = ""
    if yes:
        recorded = recording.confirm(turn, campaign, question, on_time=question.on_time)
        counted = recorded.ref
        for old in recorded.retires:
            retire(turn, old, counted)
    else:
        recording.drop(turn, question, reason)
        turn.rewrite(f"entry:{question.id}", "deciding.question_outcome", m=matter, entry="")
    facts = {"question": question.ref, "unit": matter.unit.code, "campaign": campaign.code}
    audit.note(
        turn.tx,
        turn.now,
        turn.actor,
        "question counted" if yes else "question dropped",
        **facts,
        day=question.slot.day.isoformat(),
        changes=[[change.name, change.old, change.new] for change in matter.changes],
        reason=reason,
        ref=counted,
    )
    matters.close(turn, matter)
    if not turn.pressed:
        turn.say("deciding.decided", m=matter)
    for account in people.accounts(turn.tx, turn.channel, question.author):
        turn.tell(account, "deciding.question_outcome", m=matter, entry=counted)
