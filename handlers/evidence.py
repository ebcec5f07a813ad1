"""Evidence: what is known of a unit when an entry is judged."""

from bot.domain.campaign import Campaign, Entered, Key, Metric
from bot.domain.questions import WINDOW, Evidence, Running
from handlers.turn import Turn
from storage import tallies
from storage.entries import Amounts, Slot


def gather(
    turn: Turn, campaign: Campaign, slot: Slot, amounts: Amounts, given: Amounts, *, first: bool = False
) -> Evidence:
    """Collect what an entry is judged by: only the metrics it speaks of, and the totals of all.

    `first`: nothing was ever accepted for the slot, and need not be looked for.
    """
    goals = turn.world.goals[campaign.code]
    sums = tallies.own_sums(turn.tx, campaign.code, slot.unit)
    before = {
        metric.code: goals.baseline(slot.unit, Key(metric.code)) + sums.get(Key(metric.code), 0)
        for metric in campaign.counted
    }
    spoken_of = [metric for metric in campaign.counted if any(key in given for key in metric.keys)]
    running = {
        key: _running(turn, slot, key, given[key])
        for metric in spoken_of
        if metric.entry is Entered.CUMULATIVE
        for key in metric.keys
        if key in given
    }
    values = {metric.code: _value(metric, amounts, running) for metric in spoken_of}
    keys = [key for metric in spoken_of for key in metric.keys]
    stood = {} if first else tallies.standing(turn.tx, slot, keys)
    stands = {metric.code: sum(stood.get(key, 0) for key in metric.keys) for metric in spoken_of}
    return Evidence(
        values=values,
        history={code: tallies.history(turn.tx, slot, code, WINDOW)[::-1] for code in values},
        before=before,
        after={code: total + values.get(code, 0) - stands.get(code, 0) for code, total in before.items()},
        running=running,
    )


def _value(metric: Metric, amounts: Amounts, running: dict[Key, Running]) -> int:
    """Return the day's value as it would be stored: a running total counts by its difference."""
    if metric.entry is Entered.CUMULATIVE:
        return sum(each.typed - each.previous for key, each in running.items() if key.metric == metric.code)
    return sum(amounts.get(key, 0) for key in metric.keys)


def _running(turn: Turn, slot: Slot, key: Key, typed: int) -> Running:
    _, later = tallies.running_around(turn.tx, slot, key)
    return Running(typed, running_before(turn, slot, key), later)


def running_before(turn: Turn, slot: Slot, key: Key) -> int:
    """Return the running total before the slot's day: the last one typed, else the baseline."""
    earlier, _ = tallies.running_around(turn.tx, slot, key)
    return turn.world.goals[slot.campaign].opening(slot.unit, key) if earlier is None else earlier
