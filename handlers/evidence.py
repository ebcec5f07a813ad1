"""Evidence: what is known of a unit when an entry is judged."""

from bot.domain.campaign import Campaign, Entered, Key
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
    owns = [(metric.code, Key(metric.code)) for metric in campaign.counted]
    before = {code: goals.baseline(slot.unit, key) + sums.get(key, 0) for code, key in owns}
    after = dict(before)
    spoken_of = [metric for metric in campaign.counted if not given.keys().isdisjoint(metric.keys)]
    stood = {} if first else tallies.standing(turn.tx, slot, [key for metric in spoken_of for key in metric.keys])
    values: dict[str, int] = {}
    history = tallies.histories(turn.tx, slot, [metric.code for metric in spoken_of], WINDOW)
    running: dict[Key, Running] = {}
    for metric in spoken_of:
        if metric.entry is Entered.CUMULATIVE:  # it counts by its difference
            totals = {key: _running(turn, slot, key, given[key]) for key in metric.keys if key in given}
            value = sum([total.typed - total.previous for total in totals.values()])
            running |= totals
        else:
            value = sum([amounts.get(key, 0) for key in metric.keys])
        values[metric.code] = value
        after[metric.code] += value - sum([stood.get(key, 0) for key in metric.keys])
    return Evidence(values, history, before, after, running)


def _running(turn: Turn, slot: Slot, key: Key, typed: int) -> Running:
    earlier, later = tallies.running_around(turn.tx, slot, key)
    return Running(typed, _opened(turn, slot, key, earlier), later)


def running_before(turn: Turn, slot: Slot, key: Key) -> int:
    """Return the running total before the slot's day: the last one typed, else the baseline."""
    earlier, _ = tallies.running_around(turn.tx, slot, key)
    return _opened(turn, slot, key, earlier)


def _opened(turn: Turn, slot: Slot, key: Key, earlier: int | None) -> int:
    return turn.world.goals[slot.campaign].opening(slot.unit, key) if earlier is None else earlier
