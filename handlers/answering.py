"""Answers to an entry: every outcome and every refusal has its words and its buttons."""

from collections.abc import Callable

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.days import Openness
from bot.domain.receipt import Outcome, Receipt
from bot.domain.tally import Reason, Refusal
from handlers import closing, correcting
from handlers.receipts import retire
from handlers.recording import Closed, Locked, Negative, Overtaken, Recorded
from handlers.turn import Choices, Turn, choice
from storage import people
from storage.entries import Entry


def refuse(turn: Turn, campaign: Campaign, refusal: Refusal) -> None:
    """Say why nothing was recorded, with an example that would be."""
    turn.say(
        "report.refused",
        reason=refusal.reason,
        text=refusal.text,
        facts=refusal.facts,
        example=typed(turn, example(campaign, refusal)),
    )


def example(campaign: Campaign, refusal: Refusal | None = None) -> str:
    """Return a line that this campaign would take, by code where the refusal was about codes."""
    numbers = iter((45, 30, 12, 8, 5, 4, 3, 2))
    line = {metric.code: "+".join(str(next(numbers, 1)) for _ in metric.keys) for metric in campaign.counted}
    if refusal and refusal.reason is Reason.SIGN_WITHOUT_CODE:
        return f"{campaign.keys[-1]} +3"
    if refusal and refusal.reason in (Reason.AMBIGUOUS, Reason.UNKNOWN_WORD, Reason.TWICE, Reason.NO_NUMBER):
        return " ".join(f"{code} {number}" for code, number in line.items())
    return " ".join(line.values())


def typed(turn: Turn, line: str) -> str:
    """Return what has to be typed here to send a line: in groups the bot hears only commands."""
    return line if turn.private else f"/bc {line}"


def answer(turn: Turn, campaign: Campaign, recorded: Recorded) -> None:
    """Answer what became of an entry: a receipt, a question, or why it was not taken."""
    if isinstance(recorded, Closed):
        _refuse_day(turn, campaign, recorded)
    elif isinstance(recorded, Locked):
        correcting.ask(turn, recorded)
    elif isinstance(recorded, Negative):
        metric = campaign.metric(recorded.key.metric)
        turn.say("report.negative", metric=metric, stands=recorded.stands, less=-recorded.change)
    elif isinstance(recorded, Overtaken):
        overtaken(turn, "", recorded.newest)
    else:
        message, choices = _FORMS[recorded.outcome]
        subject = "" if recorded.outcome is Outcome.UNCHANGED else f"entry:{recorded.entry}"
        turn.say(message, choices(turn, recorded.entry), subject, r=recorded)
        for old in recorded.retires:
            retire(turn, old, recorded.ref)
        correcting.overtake(turn, recorded)
        _tell_former_author(turn, recorded)


def overtaken(turn: Turn, old: str, newest: Entry) -> None:
    """Say that editing an old message changes nothing, since a later one has spoken of the same."""
    author = "" if newest.author == turn.known.id else people.name(turn.tx, newest.author)
    turn.say("report.overtaken", old=old, new=newest.ref, author=author)


def _refuse_day(turn: Turn, campaign: Campaign, closed: Closed) -> None:
    """Say why a day takes nothing; after the end, how the last days can still be reported."""
    if closed.why is Openness.UNIT_CLOSED:
        closing.refuse(turn, closed.unit, closed.day)
        return
    today = turn.world.today(campaign, turn.incoming.moment)
    mendable = days.is_open(campaign.deadline, today, campaign) is Openness.OPEN
    line = f"{campaign.deadline.day}/{campaign.deadline.month} {example(campaign)}"
    turn.say(
        "report.closed",
        reason=closed.why,
        day=closed.day,
        campaign=campaign,
        example=typed(turn, line) if mendable else "",
    )


def _tell_former_author(turn: Turn, receipt: Receipt) -> None:
    """Tell somebody whose report was just replaced by another officer of the same unit."""
    if receipt.replaced_person and receipt.outcome is not Outcome.QUESTIONED:
        for account in people.accounts(turn.tx, turn.channel, receipt.replaced_person):
            turn.tell(account, "report.replaced_by_other", r=receipt, who=turn.known.name)


def _nothing(_turn: Turn, _entry: int) -> Choices:
    return ()


def _mend(turn: Turn, entry: int) -> Choices:
    """Offer to mend. The questions of `fix` are put in private only: a group's talk is nobody's answer."""
    undo = choice("undo", "undo", entry=entry)
    return ((choice("fix", "fix", entry=entry), undo),) if turn.private else ((undo,),)


def _ask(_turn: Turn, entry: int) -> Choices:
    return ((choice("right", "confirm", entry=entry), choice("wrong", "drop", entry=entry)),)


def _fix(turn: Turn, entry: int) -> Choices:
    return ((choice("fix", "fix", entry=entry),),) if turn.private else ()


_FORMS: dict[Outcome, tuple[str, Callable[[Turn, int], Choices]]] = {
    Outcome.RECORDED: ("report.receipt", _mend),
    Outcome.REPLACED: ("report.receipt", _mend),
    Outcome.UNDONE: ("report.receipt", _mend),
    Outcome.WITHDRAWN: ("report.receipt", _fix),
    Outcome.UNCHANGED: ("report.unchanged", _nothing),
    Outcome.QUESTIONED: ("report.questioned", _ask),
}
