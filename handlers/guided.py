"""The guided report: metric by metric, with the number of the day before beside the question."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.domain import tally
from bot.domain.campaign import Campaign, Entered, Key, Metric
from bot.domain.days import Openness
from bot.domain.dayword import split
from bot.domain.tally import Amount, Line, Refusal
from bot.domain.text import fold
from bot.domain.units import Unit
from handlers import courtesy, drafts, recording, reporting
from handlers.answering import answer
from handlers.drafts import Draft
from handlers.evidence import running_before
from handlers.recording import Closed, Statement
from handlers.turn import Choice, Choices, Turn, choice, named
from storage import entries, tallies
from storage.entries import Entry, EntryKind

SKIP = frozenset({"bo qua", "skip"})


def begin(turn: Turn, text: str) -> None:
    """Start with the first question, or take the line that came with the command."""
    campaigns = _campaigns(turn)
    campaign, rest = tally.choose(text, campaigns)
    chosen = (campaign,) if campaign else campaigns
    day = _day(turn, rest, chosen[0]) if chosen else None
    if not turn.private or not chosen or (rest and day is None):
        reporting.report(turn, text)
    elif len(chosen) == 1:
        _start(turn, chosen[0], day or turn.world.today(chosen[0], turn.incoming.at))
    else:
        shown = day.isoformat() if day else ""
        rows = tuple((named(each.name, "guide", campaign=each.code, day=shown),) for each in chosen)
        turn.say("guided.which_campaign", rows, campaigns=chosen)


def guide(turn: Turn, campaign: str, day: str = "") -> None:
    """Start the questions for a campaign and a day that a button named."""
    found = turn.world.setting.campaign(campaign)
    if found is None or found not in _campaigns(turn):
        turn.say("refusals.campaign_gone")
    else:
        _start(turn, found, date.fromisoformat(day) if day else turn.world.today(found, turn.incoming.at))


def heard(turn: Turn, draft: Draft, text: str) -> None:
    """Take an answer to the present question: a number, a skip, another day, or a whole line."""
    metric = draft.metric
    unit = reporting.own_unit(turn)
    if metric is None or unit is None:
        drafts.end(turn)
        turn.say("guided.over")
        return
    text = courtesy.without(text, (draft.campaign,))
    amounts = {} if fold(text) in SKIP else tally.amount(text, metric)
    if not isinstance(amounts, Refusal):
        _go_on(turn, unit, draft.answered(amounts, turn.incoming.message))
    elif (day := _day(turn, text, draft.campaign)) is not None:
        _start(turn, draft.campaign, day, draft)
    else:
        line = tally.parse(text, draft.campaign, turn.world.today(draft.campaign, turn.incoming.at))
        if isinstance(line, Line):
            whole = replace(draft, day=line.day or draft.day, amounts={**draft.amounts, **line.amounts})
            _finish(turn, unit, whole, line.note)
        else:
            _ask(turn, unit, draft, "guided.not_a_number", text=amounts.text)


def edited(turn: Turn, text: str) -> bool:
    """Take the edit of a message that answered a question; False where it answered none."""
    for kind in (drafts.OPEN, drafts.DONE):
        draft = drafts.found(turn, kind)
        code = draft.answers.get(str(turn.incoming.message)) if draft else None
        unit = reporting.own_unit(turn)
        if draft and code and unit:
            metric = draft.campaign.metric(code)
            amounts = tally.amount(courtesy.without(text, (draft.campaign,)), metric)
            if isinstance(amounts, Refusal):
                turn.say("guided.edit_unreadable", metric=metric, text=amounts.text)
            elif kind == drafts.DONE and (newest := _overtaken(turn, unit, draft, metric)) is not None:
                turn.say("guided.overtaken", new=newest.ref)
            else:
                _mend(turn, unit, kind, replace(draft, amounts={**draft.amounts, **amounts}), amounts)
            return True
    return False


def _overtaken(turn: Turn, unit: Unit, draft: Draft, metric: Metric) -> Entry | None:
    """Return the version that has spoken of the metric since the draft was recorded, or None."""
    newest = entries.newest(turn.tx, recording.slot_of(turn, draft.campaign, unit.id, draft.day))
    said = {key: draft.amounts[key] for key in metric.keys if key in draft.amounts}
    if newest is None or not newest.amounts:
        return None
    stands = all(amount.signed or newest.amounts.get(key) == amount.value for key, amount in said.items())
    return None if stands else newest


def _mend(turn: Turn, unit: Unit, kind: str, draft: Draft, amounts: Mapping[Key, Amount]) -> None:
    """Put a mended answer into the draft, or, where that is already recorded, into the report."""
    drafts.keep(turn, draft, kind)
    if kind == drafts.OPEN:
        _ask(turn, unit, draft)
    else:
        said = Statement(draft.campaign, unit, draft.day, amounts, kind=EntryKind.EDIT)
        answer(turn, draft.campaign, recording.record(turn, said))


def press(turn: Turn, text: str, step: str) -> None:
    """Take a pressed answer like a typed one; the button of a question that is over does nothing."""
    draft = drafts.current(turn)
    if draft is None or draft.step != step:
        turn.rewrite(_subject(turn, step), "guided.over")
    else:
        heard(turn, draft, text)


def zero_day(turn: Turn, campaign: str, day: str) -> None:
    """Record a day without results: the button form of `0`. An old button never clears a report."""
    found, unit = turn.world.setting.campaign(campaign), reporting.own_unit(turn)
    if found is None or unit is None or found not in _campaigns(turn):
        turn.say("refusals.campaign_gone")
        return
    zero = Draft(found, date.fromisoformat(day), dict.fromkeys(found.keys, Amount(0)))
    draft = drafts.current(turn)
    asked = draft is not None and draft.step == replace(zero, asked=0).step
    slot = recording.slot_of(turn, found, unit.id, zero.day)
    stands = tallies.report(turn.tx, slot)
    if stands is not None and not asked:
        turn.rewrite(_subject(turn, zero.step), "guided.over")
        turn.say("guided.reported", day=zero.day, unit=unit, ref=entries.reference(stands.entry))
    else:
        _finish(turn, unit, zero)


def offer_again(turn: Turn, data: Mapping[str, Any]) -> None:
    """Put the open question once more after a restart; the draft itself stays as it is."""
    draft, unit = drafts.load(turn, data), reporting.own_unit(turn)
    if draft is not None and unit is not None and turn.now < draft.ends:
        _put(turn, unit, draft, "guided.offered_again")


def _start(turn: Turn, campaign: Campaign, day: date, draft: Draft | None = None) -> None:
    """Ask for a day, from the first question or (with `draft`) from the one that was reached."""
    why, unit = recording.openness(turn, campaign, day), reporting.own_unit(turn)
    if why is not Openness.OPEN:
        answer(turn, campaign, Closed(day, why))
    elif unit is not None:
        _ask(turn, unit, replace(draft, day=day) if draft else drafts.new(turn, campaign, day))


def _ask(turn: Turn, unit: Unit, draft: Draft, message: str = "guided.question", **facts: Any) -> None:
    drafts.keep(turn, draft)
    _put(turn, unit, draft, message, **facts)


def _put(turn: Turn, unit: Unit, draft: Draft, message: str, **facts: Any) -> None:
    """Put the present question with its buttons."""
    metric = draft.metric
    if metric is None:
        return
    turn.say(
        message,
        _choices(turn, draft),
        _subject(turn, draft.step),
        metric=metric,
        day=draft.day,
        unit=unit,
        eve=_eve(turn, unit, draft, metric),
        is_today=draft.day == turn.world.today(draft.campaign, turn.incoming.moment),
        **facts,
    )


def _eve(turn: Turn, unit: Unit, draft: Draft, metric: Metric) -> list[int]:
    """Return what was reported for the day before (of a running total: the last one), part by part."""
    slot = recording.slot_of(turn, draft.campaign, unit.id, draft.day)
    if metric.entry is Entered.CUMULATIVE:
        return [running_before(turn, slot, key) for key in metric.keys]
    eve = slot._replace(day=slot.day - timedelta(days=1))
    found = [tallies.tally(turn.tx, eve, key) for key in metric.keys]
    return [amount for amount in found if amount is not None]


def _choices(turn: Turn, draft: Draft) -> Choices:
    zero, skip = (
        choice(key, "answer", text=text, step=draft.step) for key, text in (("zero", "0"), ("skip", "bo qua"))
    )
    more: tuple[Choice, ...] = (choice("cancel", "cancel"),)
    today = turn.world.today(draft.campaign, turn.incoming.moment)
    if draft.asked == 0 and draft.day == today:
        code, eve = draft.campaign.code, draft.day - timedelta(days=1)
        if recording.openness(turn, draft.campaign, eve) is Openness.OPEN:
            more = (choice("yesterday", "guide", campaign=code, day=eve.isoformat()), *more)
        more = (choice("zero_day", "zero_day", campaign=code, day=today.isoformat()), *more)
    return (zero, skip), more


def _subject(turn: Turn, step: str) -> str:
    return f"question:{turn.chat.id}:{step}"


def _go_on(turn: Turn, unit: Unit, draft: Draft) -> None:
    if draft.metric is not None:
        _ask(turn, unit, draft)
    else:
        _finish(turn, unit, draft)


def _finish(turn: Turn, unit: Unit, draft: Draft, note: str = "") -> None:
    """Record the answers and close the draft; nothing answered is nothing recorded."""
    drafts.end(turn)
    if not draft.amounts:
        turn.say("guided.nothing")
        return
    said = Statement(draft.campaign, unit, draft.day, draft.amounts, note, EntryKind.GUIDED)
    answer(turn, draft.campaign, recording.record(turn, said))
    if draft.answers:
        drafts.keep(turn, draft, drafts.DONE)


def _day(turn: Turn, text: str, campaign: Campaign) -> date | None:
    """Return the day when it is all that was said."""
    rest, day = split(text, turn.world.today(campaign, turn.incoming.at), campaign.starts)
    return day if not rest and isinstance(day, date) else None


def _campaigns(turn: Turn) -> tuple[Campaign, ...]:
    unit = reporting.own_unit(turn)
    return reporting.duties(turn, unit) if unit else ()
