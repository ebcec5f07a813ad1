"""Additions: what came in for a day after its summary."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.campaign import Key
from storage import additions
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG
from tests.storage.ground import DAY, KH, NOW, TN, YESTERDAY, Pen, in_memory, transaction, world_of

LATER = NOW + 60


def added(pen: Pen) -> dict[tuple[str, str], int]:
    """Return what came after now for the day, by code of unit and metric."""
    campaign = pen.world.setting.campaigns[0]
    found = additions.additions(pen.tx, pen.world, campaign, DAY, NOW)
    return {(pen.world.tree[unit].code, metric): change for (unit, metric), change in found.items()}


def test_a_report_that_came_later_adds_to_everything_above_it(pen: Pen) -> None:
    pen.say(pen.slot(AN_HOI), {TN: 45})
    pen.say(pen.slot(GIAO_LONG), {TN: 8, KH: 5}, recorded=LATER)
    assert added(pen) == {(code, metric): n for code in ("CT-02", "CT", "BT") for metric, n in (("tn", 8), ("kh", 5))}


def test_a_later_version_adds_the_difference(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45, KH: 30})
    pen.say(pen.slot(), {TN: 40}, recorded=LATER)
    pen.say(pen.slot(), {TN: 38}, recorded=LATER + 1)
    assert added(pen) == {(code, "tn"): -7 for code in ("TP-01", "TP", "BT")}


def test_what_was_taken_back_later_is_subtracted(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.undo(pen.slot(), recorded=LATER)
    assert added(pen)["BT", "tn"] == -45


def test_what_came_before_or_for_another_day_adds_nothing(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.say(pen.slot(day=YESTERDAY), {TN: 9}, recorded=LATER)
    assert added(pen) == {}


def test_a_questioned_value_adds_nothing_before_it_is_confirmed(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    assert added(pen) == {}
    pen.confirm(question, recorded=LATER)
    assert added(pen)["BT", "tn"] == 900


@pytest.fixture
def running() -> Iterator[Pen]:
    """Write in a campaign whose second metric is entered as a running total."""
    metrics = [cast.METRICS[0], {"code": "kh", "name": "Kích hoạt", "entry": "cumulative", "main": True}]
    config = cast.config(Path(), campaigns=[cast.campaign(metrics=metrics)])
    with in_memory(config) as memory, transaction(memory) as tx:
        yield Pen(tx, world_of(tx, config))


def test_a_running_total_adds_what_the_day_gained(running: Pen) -> None:
    running.say(running.slot(day=YESTERDAY), {Key("kh"): 960})
    running.say(running.slot(), {Key("kh"): 990})
    running.say(running.slot(), {Key("kh"): 1010}, recorded=LATER)
    assert added(running)["BT", "kh"] == 20


def test_a_first_running_total_adds_what_lies_above_the_day_before(running: Pen) -> None:
    running.say(running.slot(day=YESTERDAY), {Key("kh"): 960})
    running.say(running.slot(), {Key("kh"): 990}, recorded=LATER)
    assert added(running)["BT", "kh"] == 30
