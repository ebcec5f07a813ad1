"""What is traced is what counts: fates and figures agree with the sums that are kept."""

import sqlite3
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.campaign import Campaign
from bot.domain.trace import Fate, Traced
from storage import entries, people, requests, tallies, trace, traced
from storage.entries import Entry, EntryKind, EntryState
from storage.people import Role
from storage.sqlite import Tx
from tests.storage.ground import CONFIG, DAY, KH, NOW, TN, YESTERDAY, Pen, transaction, world_of

CAMPAIGN: Campaign = CONFIG.campaigns[0]
ACTS = ("say", "say both", "ask", "confirm", "drop", "undo")


def days_of(tx: Tx, pen: Pen) -> dict[date, tuple[Traced, ...]]:
    return traced.of_days(tx, pen.world, CAMPAIGN, pen.world.tree[pen.slot().unit], [YESTERDAY, DAY])


def play(pen: Pen, act: str, day: date, amount: int) -> None:
    """Do one thing with a day; what is not possible is passed over."""
    slot = pen.slot(day=day)
    asked = entries.questions(pen.tx, slot)
    if act == "undo":
        pen.undo(slot)
    elif act == "ask":
        pen.ask(slot, {TN: amount})
    elif act in {"confirm", "drop"} and asked:
        (pen.confirm if act == "confirm" else pen.drop)(asked[0])
    else:
        pen.say(slot, {TN: amount, KH: amount} if act == "say both" else {KH: amount})


moves = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from([DAY, YESTERDAY]), st.integers(0, 9)), min_size=1, max_size=8
)


@settings(max_examples=40)
@given(moves)
def test_one_version_counts_and_its_figures_are_the_tallies(
    memory: sqlite3.Connection, played: list[tuple[str, date, int]]
) -> None:
    with transaction(memory) as tx:
        pen = Pen(tx, world_of(tx))
        for act, day, amount in played:
            play(pen, act, day, amount)
        for day, listed in days_of(tx, pen).items():
            slot = pen.slot(day=day)
            counting = [each for each in listed if each.fate is Fate.COUNTS]
            kept = {"Thu nhận": tallies.tally(tx, slot, TN), "Kích hoạt": tallies.tally(tx, slot, KH)}
            shown = {figure.name: figure.new for each in counting for figure in each.figures}
            assert {name: amount for name, amount in shown.items() if amount is not None} == {
                name: amount for name, amount in kept.items() if amount is not None
            }
            assert len(counting) == (tallies.report(tx, slot) is not None)
            asked = [each.ref for each in listed if each.fate is Fate.QUESTIONED]
            assert asked == [each.ref for each in entries.questions(tx, slot)]
            assert all(each.by for each in listed if each.fate is Fate.SUPERSEDED)


@settings(max_examples=20)
@given(moves)
def test_days_and_units_add_up_to_the_total_on_every_page(
    memory: sqlite3.Connection, played: list[tuple[str, date, int]]
) -> None:
    with transaction(memory) as tx:
        pen = Pen(tx, world_of(tx))
        for act, day, amount in played:
            play(pen, act, day, amount)
        root = pen.world.tree[pen.unit("BT")]
        sizes = trace.Sizes(days=1, units=1, entries=1)
        for page in range(3):
            found = trace.breakdown(tx, pen.world, CAMPAIGN, root, DAY, sizes, days_page=page, units_page=page)
            counted = [metric.total - metric.baseline for metric in found.status.metrics]
            assert found.units is not None
            days = [each.amounts for each in found.days.shown] + [found.days.rest.amounts]
            units = [each.amounts for each in found.units.shown] + [found.units.rest.amounts, found.units.direct]
            assert [sum(each) for each in zip(*days, strict=True)] == counted
            assert [sum(each) for each in zip(*units, strict=True)] == counted


def test_what_was_counted_after_the_asked_day_is_left_out_of_days_and_units(tx: Tx, pen: Pen) -> None:
    pen.say(pen.slot(day=YESTERDAY), {TN: 5})
    pen.say(pen.slot(), {TN: 45})
    found = trace.breakdown(tx, pen.world, CAMPAIGN, pen.world.tree[pen.unit("TP")], YESTERDAY)
    assert [(each.day, each.amounts) for each in found.days.shown] == [(YESTERDAY, (5, 0))]
    assert found.units is not None
    assert {each.unit.code: each.amounts[0] for each in found.units.shown}["TP-01"] == 5


def test_a_correction_names_who_approved_it_and_an_override_its_commander(tx: Tx, pen: Pen) -> None:
    people.appoint(tx, 1, Role.OFFICER, pen.unit("TP-01"), NOW)
    people.appoint(tx, 2, Role.COMMANDER, pen.unit("TP"), NOW)
    slot = pen.slot()
    wish = requests.Amendment(slot, {TN: 5}, "", None, 1, 1, 1, NOW)
    asked = requests.ask_correction(tx, 1, wish, NOW)
    requests.decide(tx, asked.request, "approved", "person:2", NOW)
    corrected = pen.say(slot, {TN: 5}, kind=EntryKind.CORRECTION)
    override = pen.say(slot, {TN: 6}, kind=EntryKind.OVERRIDE, author=2)
    shown = {each.ref: each for each in days_of(tx, pen)[DAY]}
    decider = shown[corrected.ref].decided_by
    assert decider is not None
    assert (decider.name, shown[corrected.ref].who.role) == ("Cán bộ 6", "officer")
    assert (shown[override.ref].who.name, shown[override.ref].who.role) == ("Cán bộ 6", "commander")


def test_the_role_is_the_one_held_when_it_was_said(tx: Tx, pen: Pen) -> None:
    people.appoint(tx, 1, Role.OFFICER, pen.unit("TP-01"), NOW - 9)
    first: Entry = pen.say(pen.slot(), {TN: 5})
    people.dismiss(tx, 1, NOW + 1)
    later = pen.say(pen.slot(), {TN: 6}, recorded=NOW + 2, state=EntryState.ACCEPTED)
    roles = {each.ref: each.who.role for each in days_of(tx, pen)[DAY]}
    assert roles == {first.ref: "officer", later.ref: ""}
