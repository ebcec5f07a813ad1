"""Receipts: what an entry changed, read from what is stored after it."""

from collections.abc import Sequence
from datetime import date

from bot.domain import days, status
from bot.domain.campaign import Campaign, Entered
from bot.domain.days import Stage
from bot.domain.receipt import Outcome, Receipt, ReceiptLine, Standing
from bot.domain.status import MetricStatus, Sums
from bot.domain.units import Unit
from handlers.turn import Turn
from storage import entries, people, tallies
from storage.entries import Amounts, Entry


def receipt(
    turn: Turn,
    campaign: Campaign,
    entry: Entry,
    outcome: Outcome,
    former: Entry | None = None,
    answers: tuple[int, ...] = (),
) -> Receipt:
    """Say what an entry changed: `former` stood before it, `answers` are questions that it closed."""
    unit = turn.world.tree[entry.slot.unit]
    today = turn.world.today(campaign, turn.incoming.moment)
    stage = days.stage(today, campaign)
    sums = Sums(tallies.own_sums(turn.tx, campaign.code, unit.id), {})
    metrics = [status.metric_status(turn.world, campaign, unit, metric, today, sums) for metric in campaign.counted]
    pace = _headline(campaign, metrics).pace
    stands = tallies.report(turn.tx, entry.slot) if entry.supersedes else None
    was = former if former and former.amounts else None
    old = was.amounts if was else {}
    other = was if was and was.author != turn.known.id else None
    counts = outcome is not Outcome.QUESTIONED
    return Receipt(
        outcome=outcome,
        entry=entry.id,
        ref=entry.ref,
        campaign=campaign,
        unit=unit,
        day=entry.slot.day,
        stage=stage,
        late=not (stands.on_time if stands else entry.on_time),
        lines=tuple([_line(turn, entry, metric, old, over=stage is Stage.OVER) for metric in metrics]),
        missing=_missing(campaign, entry.amounts),
        days_left=days.days_left(today, campaign),
        needed_per_day=pace.needed_to_deadline if pace else None,
        reached=bool(pace and not pace.deadline.missing),
        standing=_standing(turn, campaign, unit, today) if counts else None,
        replaces=was.ref if was else "",
        replaced_author=people.name(turn.tx, other.author) if other else "",
        replaced_person=other.author if other else 0,
        retires=(*((former.id,) if former and counts else ()), *answers),
        note=entry.note,
    )


def retire(turn: Turn, old: int, new_ref: str) -> None:
    """Rewrite the receipt of an entry that no longer stands, and take its buttons away."""
    turn.rewrite(f"entry:{old}", "report.superseded", old=entries.reference(old), new=new_ref)


def _headline(campaign: Campaign, metrics: Sequence[MetricStatus]) -> MetricStatus:
    """Return the main metric, the last one where that is a percentage."""
    for metric in metrics:
        if metric.code == campaign.main.code:
            return metric
    return metrics[-1]


def _missing(campaign: Campaign, amounts: Amounts) -> tuple[str, ...]:
    lacking = {key.metric for key in campaign.keys if key not in amounts} if amounts else ()
    return tuple([metric.name for metric in campaign.counted if metric.required and metric.code in lacking])


def _line(turn: Turn, entry: Entry, shown: MetricStatus, old: Amounts, *, over: bool) -> ReceiptLine:
    """Show the day's value as stored (for a running total: the difference that counts)."""
    metric, now = shown.metric, entry.amounts
    if metric.entry is Entered.CUMULATIVE:
        tally = {key: tallies.tally(turn.tx, entry.slot, key) for key in metric.keys}
        now = {key: amount for key, amount in tally.items() if amount is not None}
        old = {}
    parts = [now[key] for key in metric.keys if key in now]
    was = [old[key] for key in metric.keys if key in old] if old else []
    pace = shown.pace if shown.main and not over else None
    return ReceiptLine(
        metric.name,
        sum(parts) if parts else None,
        tuple(parts) if metric.parts else (),
        sum(was) if was else None,
        shown.total,
        shown.share,
        pace.ahead if pace else None,
    )


def _standing(turn: Turn, campaign: Campaign, unit: Unit, today: date) -> Standing | None:
    """Return the unit's place among its siblings by the main metric, and how it moved since this morning."""
    metric, parent = campaign.main, unit.parent
    if metric.kind != "count" or parent is None:
        return None
    rivals = turn.world.rivals(campaign, unit.id, today)
    if unit.id not in rivals.units or len(rivals.units) == 1:
        return None
    sums = tallies.sums_beside(turn.tx, campaign.code, parent, metric.code, today, own=rivals.reporting)
    place, morning = rivals.places(unit.id, sums)
    return Standing(place, len(rivals.units), morning - place)
