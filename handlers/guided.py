"""The guided report: metric by metric, with the number of the day before beside the question."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.domain import tally, unitword
from bot.domain.campaign import Campaign, Entered, Key, Metric
from bot.domain.days import Openness
from bot.domain.dayword import split
from bot.domain.tally import Amount, Line, Refusal
from bot.domain.text import fold
from bot.domain.units import Unit
from handlers import asking, courtesy, drafts, meaning, recording, reporting, waiting
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
    units = meaning.here(turn)
    said = meaning.front(turn, text, units)
    unit = meaning.unit_meant(turn, said, units)
    possible = meaning.all_duties(turn, (unit,) if unit else meaning.candidates(turn, said, units))
    campaign = said.campaign or meaning.campaign_meant(turn, possible)
    day = _day(turn, said.rest, campaign or possible[0]) if possible else None
    if not turn.private or not possible or (said.rest and day is None) or campaign not in (None, *possible):
        reporting.report(turn, text)
    else:
        _ask_first(turn, unit, campaign, day, meaning.candidates(turn, said, units))


def _ask_first(
    turn: Turn, unit: Unit | None, campaign: Campaign | None, day: date | None, units: Sequence[Unit]
) -> None:
    """Ask for the unit, else for the campaign, where either is open; else put the first question."""
    known = {"campaign": campaign.code if campaign else "", "day": day.isoformat() if day else ""}
    if unit is None:
        rows = tuple((named(each.name, "guide", **known, unit=each.id),) for each in units[: asking.SHOWN])
        turn.say("guided.which_unit", rows, names=[unitword.call(each, units, "0") or each.code for each in units])
    elif campaign is None:
        possible = reporting.duties(turn, unit)
        rows = tuple(
            (named(each.name, "guide", **{**known, "campaign": each.code}, unit=unit.id),) for each in possible
        )
        turn.say("guided.which_campaign", rows, campaigns=possible)
    else:
        _start(turn, campaign, unit, day or turn.world.today(campaign, turn.incoming.at))


def guide(turn: Turn, campaign: str = "", day: str = "", unit: int = 0) -> None:
    """Start the questions for the unit, campaign and day that a button named; ask for what it left open."""
    own = _own(turn, unit)
    possible = reporting.duties(turn, own) if own else ()
    found = next((each for each in possible if each.code == campaign), None)
    if own is None:
        turn.say("refusals.out_of_scope")
    elif not possible or (campaign and found is None):
        turn.say("refusals.campaign_gone")
    else:
        meant = found or meaning.campaign_meant(turn, possible)
        _ask_first(turn, own, meant, date.fromisoformat(day) if day else None, ())


def _own(turn: Turn, unit: int) -> Unit | None:
    """Return the own unit that a button names; buttons of former versions named none."""
    if not unit:
        return reporting.own_unit(turn)
    return next((each for each in reporting.own_units(turn) if each.id == unit), None)


def heard(turn: Turn, draft: Draft, text: str) -> None:
    """Take an answer to the present question: a number, a skip, another day, or a whole line."""
    metric = draft.metric
    if metric is None or draft.unit not in reporting.own_units(turn):
        drafts.end(turn)
        turn.say("guided.over")
        return
    text = courtesy.without(text, (draft.campaign,))
    amounts = {} if fold(text) in SKIP else tally.amount(text, metric)
    if not isinstance(amounts, Refusal):
        _go_on(turn, draft.answered(amounts, turn.incoming.message))
    elif (day := _day(turn, text, draft.campaign)) is not None:
        _start(turn, draft.campaign, draft.unit, day, draft)
    else:
        _heard_line(turn, draft, text, amounts)


def _heard_line(turn: Turn, draft: Draft, text: str, refusal: Refusal) -> None:
    """Take a whole line in the middle: it ends the questions, unless it names another unit; else ask again."""
    said = meaning.front(turn, text, meaning.here(turn))
    if said.named and draft.unit not in said.named:
        reporting.report(turn, text)
        return
    rest = said.rest if said.campaign in (None, draft.campaign) else text
    line = tally.parse(rest, draft.campaign, turn.world.today(draft.campaign, turn.incoming.at))
    if isinstance(line, Line):
        whole = replace(draft, day=line.day or draft.day, amounts={**draft.amounts, **line.amounts})
        _finish(turn, whole, line.note)
    else:
        _ask(turn, draft, "guided.not_a_number", text=refusal.text)


def edited(turn: Turn, text: str) -> bool:
    """Take the edit of a message that answered a question; False where it answered none."""
    for kind in (drafts.OPEN, drafts.DONE):
        draft = drafts.found(turn, kind)
        code = draft.answers.get(str(turn.incoming.message)) if draft else None
        if draft and code and draft.unit in reporting.own_units(turn):
            metric = draft.campaign.metric(code)
            amounts = tally.amount(courtesy.without(text, (draft.campaign,)), metric)
            if isinstance(amounts, Refusal):
                turn.say("guided.edit_unreadable", metric=metric, text=amounts.text)
            elif kind == drafts.DONE and (newest := _overtaken(turn, draft, metric)) is not None:
                turn.say("guided.overtaken", new=newest.ref)
            else:
                _mend(turn, kind, replace(draft, amounts={**draft.amounts, **amounts}), amounts)
            return True
    return False


def _overtaken(turn: Turn, draft: Draft, metric: Metric) -> Entry | None:
    """Return the version that has spoken of the metric since the draft was recorded, or None."""
    newest = entries.newest(turn.tx, recording.slot_of(turn, draft.campaign, draft.unit.id, draft.day))
    said = {key: draft.amounts[key] for key in metric.keys if key in draft.amounts}
    if newest is None or not newest.amounts:
        return None
    stands = all(amount.signed or newest.amounts.get(key) == amount.value for key, amount in said.items())
    return None if stands else newest


def _mend(turn: Turn, kind: str, draft: Draft, amounts: Mapping[Key, Amount]) -> None:
    """Put a mended answer into the draft, or, where that is already recorded, into the report."""
    drafts.keep(turn, draft, kind)
    if kind == drafts.OPEN:
        _ask(turn, draft)
    else:
        said = Statement(draft.campaign, draft.unit, draft.day, amounts, kind=EntryKind.EDIT)
        answer(turn, draft.campaign, recording.record(turn, said))


def press(turn: Turn, text: str, step: str) -> None:
    """Take a pressed answer like a typed one; the button of a question that is over does nothing."""
    draft = drafts.current(turn)
    if draft is None or draft.step != step:
        turn.rewrite(_subject(turn, step), "guided.over")
    else:
        heard(turn, draft, text)


def zero_day(turn: Turn, campaign: str, day: str, unit: int = 0) -> None:
    """Record a day without results: the button form of `0`. An old button never clears a report."""
    own = _own(turn, unit)
    found = next((each for each in reporting.duties(turn, own) if each.code == campaign), None) if own else None
    if found is None or own is None:
        turn.say("refusals.campaign_gone")
        return
    zero = Draft(found, own, date.fromisoformat(day), dict.fromkeys(found.keys, Amount(0)))
    draft = drafts.current(turn)
    asked = draft is not None and draft.step == replace(zero, asked=0).step
    slot = recording.slot_of(turn, found, own.id, zero.day)
    stands = tallies.report(turn.tx, slot)
    if stands is not None and not asked:
        turn.rewrite(_subject(turn, zero.step), "guided.over")
        turn.say("guided.reported", day=zero.day, unit=own, ref=entries.reference(stands.entry))
    else:
        _finish(turn, zero)


def offer_again(turn: Turn, data: Mapping[str, Any]) -> None:
    """Put the open question once more after a restart; the draft itself stays as it is."""
    draft = drafts.load(turn, data)
    if draft is not None and turn.now < draft.ends and draft.unit in reporting.own_units(turn):
        _put(turn, draft, "guided.offered_again")


def _start(turn: Turn, campaign: Campaign, unit: Unit, day: date, draft: Draft | None = None) -> None:
    """Ask for a day, from the first question or (with `draft`) from the one that was reached."""
    why = recording.openness(turn, campaign, day, unit.id)
    if why not in recording.TAKEN:
        answer(turn, campaign, Closed(day, why, unit.id))
        return
    if why is Openness.LOCKED:
        turn.say("correcting.will_ask", day=day)
    waiting.give_up(turn)
    _ask(turn, replace(draft, day=day) if draft else drafts.new(turn, campaign, unit, day))


def _ask(turn: Turn, draft: Draft, message: str = "guided.question", **facts: Any) -> None:
    drafts.keep(turn, draft)
    _put(turn, draft, message, **facts)


def _put(turn: Turn, draft: Draft, message: str, **facts: Any) -> None:
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
        unit=draft.unit,
        eve=_eve(turn, draft, metric),
        is_today=draft.day == turn.world.today(draft.campaign, turn.incoming.moment),
        **facts,
    )


def _eve(turn: Turn, draft: Draft, metric: Metric) -> list[int]:
    """Return what was reported for the day before (of a running total: the last one), part by part."""
    slot = recording.slot_of(turn, draft.campaign, draft.unit.id, draft.day)
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
        which, eve = {"campaign": draft.campaign.code, "unit": draft.unit.id}, draft.day - timedelta(days=1)
        if recording.openness(turn, draft.campaign, eve, draft.unit.id) is Openness.OPEN:
            more = (choice("yesterday", "guide", **which, day=eve.isoformat()), *more)
        more = (choice("zero_day", "zero_day", **which, day=today.isoformat()), *more)
    return (zero, skip), more


def _subject(turn: Turn, step: str) -> str:
    return f"question:{turn.chat.id}:{step}"


def _go_on(turn: Turn, draft: Draft) -> None:
    if draft.metric is not None:
        _ask(turn, draft)
    else:
        _finish(turn, draft)


def _finish(turn: Turn, draft: Draft, note: str = "") -> None:
    """Record the answers and close the draft; nothing answered is nothing recorded."""
    if not waiting.give_up(turn):
        drafts.end(turn)
    if not draft.amounts:
        turn.say("guided.nothing")
        return
    said = Statement(draft.campaign, draft.unit, draft.day, draft.amounts, note, EntryKind.GUIDED)
    answer(turn, draft.campaign, recording.record(turn, said))
    if draft.answers:
        drafts.keep(turn, draft, drafts.DONE)


def _day(turn: Turn, text: str, campaign: Campaign) -> date | None:
    """Return the day when it is all that was said."""
    rest, day = split(text, turn.world.today(campaign, turn.incoming.at), campaign.starts)
    return day if not rest and isinstance(day, date) else None
