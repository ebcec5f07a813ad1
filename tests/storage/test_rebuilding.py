"""Rebuilding: sums kept step by step equal those worked out from whole histories, and equal a plain dictionary."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.campaign import Key
from storage import entries, rebuilding, tallies
from storage.entries import Entry, EntryKind, Slot
from storage.rebuilding import Difference
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG, PHU_KHUONG
from tests.storage.ground import DAY, TN, YESTERDAY, Pen, in_memory, transaction, world_of

M1, M2, KH, HS = Key("tn", "m1"), Key("tn", "m2"), Key("kh"), Key("hs")
PARTS = [{"code": "m1", "name": "Mức 1"}, {"code": "m2", "name": "Mức 2"}]
METRICS: list[dict[str, Any]] = [
    {"code": "tn", "name": "Thu nhận", "parts": PARTS},
    {"code": "kh", "name": "Kích hoạt", "entry": "cumulative", "main": True},
    {"code": "hs", "name": "Hồ sơ"},
]
ROSTER = """\
code,name,level,parent,baseline.kh
BT,Bến Tre,tinh,,
TP,Thành phố Bến Tre,huyen,BT,
CT,Huyện Châu Thành,huyen,BT,
TP-01,Phường An Hội,xa,TP,950
TP-02,Phường Phú Khương,xa,TP,500
CT-02,Xã Giao Long,xa,CT,
"""
DAYS = [DAY - timedelta(days=back) for back in range(6)]
CONFIG = cast.config(Path(), campaigns=[cast.campaign(metrics=METRICS)])


@dataclass
class Model:
    """What a plain dictionary says of the same history: the report that stands for each slot."""

    baseline: Mapping[str, int]
    reports: dict[tuple[str, date, int], tuple[Mapping[Key, int], bool]] = field(default_factory=dict)

    def stand(self, code: str, slot: Slot, amounts: Mapping[Key, int], *, on_time: bool) -> None:
        where = (code, slot.day, slot.person)
        if not amounts:
            self.reports.pop(where, None)
        else:
            self.reports[where] = (amounts, self.reports.get(where, ({}, on_time))[1])

    def values(self) -> Iterator[tuple[str, date, Key, int]]:
        running = {(code, person): self.baseline[code] for code, _, person in self.reports}
        for (code, day, person), (amounts, _) in sorted(self.reports.items(), key=lambda item: item[0][1]):
            for key, amount in amounts.items():
                before = running[code, person] if key == KH else 0
                running[code, person] = amount if key == KH else running[code, person]
                yield code, day, key, amount - before
                if key.part:
                    yield code, day, Key(key.metric), amount


def above(code: str) -> tuple[str, ...]:
    return code, code[:2], "BT"


Op = tuple[str, str, int, int, Mapping[Key, int], bool]
AMOUNTS = st.dictionaries(st.sampled_from([M1, M2, KH, HS]), st.integers(0, 2_000), min_size=1)
OPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "edit", "ask", "confirm", "reply", "drop", "undo", "undo", "move"]),
        st.sampled_from([AN_HOI, PHU_KHUONG, GIAO_LONG]),
        st.integers(0, 2),
        st.sampled_from([0, 0, 1]),
        AMOUNTS,
        st.booleans(),
    ),
    max_size=40,
)


@dataclass
class Play:
    """The same operations, done by the storage and by the model."""

    pen: Pen
    model: Model
    questions: list[tuple[str, Entry]] = field(default_factory=list)

    def do(self, op: Op) -> None:
        what, code, back, person, given, on_time = op
        slot = self.pen.slot(code, DAY - timedelta(days=back), person)
        if what in ("say", "edit"):
            self.noted(
                code, self.pen.say(slot, given, on_time=on_time, kind=EntryKind("line" if what == "say" else what))
            )
        elif what == "ask":
            self.questions.append((code, self.pen.ask(slot, given)))
        elif what == "undo":
            self.noted(code, self.pen.undo(slot, on_time=on_time))
        elif what == "move":
            self.move(code, slot, given, on_time=on_time)
        elif self.questions:
            self.answer(what, back, given, on_time=on_time)

    def move(self, code: str, slot: Slot, given: Mapping[Key, int], *, on_time: bool) -> None:
        self.noted(code, self.pen.undo(slot, EntryKind.MOVED, on_time=on_time))
        there = slot._replace(day=slot.day - timedelta(days=1))
        self.noted(code, self.pen.say(there, given, on_time=on_time))

    def answer(self, what: str, index: int, given: Mapping[Key, int], *, on_time: bool) -> None:
        code, question = self.questions.pop(index % len(self.questions))
        if not entries.is_open(self.pen.tx, question.id):
            return
        if what == "drop":
            self.pen.drop(question)
        elif what == "reply":
            self.noted(code, self.pen.say(question.slot, given, answers=question.id, on_time=on_time))
        else:
            self.noted(code, self.pen.confirm(question, on_time=on_time))

    def noted(self, code: str, entry: Entry | None) -> None:
        if entry is not None:
            self.model.stand(code, entry.slot, entry.amounts, on_time=entry.on_time)

    def check(self) -> None:
        totals: Counter[tuple[str, Key]] = Counter()
        daily: Counter[tuple[str, date, Key]] = Counter()
        for code, day, key, amount in self.model.values():
            for each in above(code):
                totals[each, key] += amount
                daily[each, day, key] += amount
        kept_totals: dict[tuple[str, Key], int] = {}
        kept_daily: dict[tuple[str, date, Key], int] = {}
        for unit in self.pen.world.tree.units.values():
            sums = tallies.sums(self.pen.tx, "vneid", unit.id)
            kept_totals |= {(unit.code, key): amount for key, amount in sums.items()}
            for day in DAYS:
                sums = tallies.day_sums(self.pen.tx, "vneid", unit.id, day)
                kept_daily |= {(unit.code, day, key): amount for key, amount in sums.items()}
                turnout = tallies.turnout(self.pen.tx, "vneid", unit.id, day)
                assert (turnout.reported, turnout.on_time) == self.turnout(unit.code, day)
        assert _nonzero(kept_totals) == _nonzero(totals)
        assert _nonzero(kept_daily) == _nonzero(daily)

    def turnout(self, unit: str, day: date) -> tuple[int, int]:
        reports: dict[str, bool] = {}
        for (code, each, _), (_, on_time) in self.model.reports.items():
            if each == day and unit in above(code):
                reports[code] = reports.get(code, False) or on_time
        return len(reports), sum(reports.values())


def _nonzero(sums: Mapping[Any, int]) -> dict[Any, int]:
    return {key: amount for key, amount in sums.items() if amount}


def _play(tx: Tx, ops: list[Op]) -> Play:
    pen = Pen(tx, world_of(tx, CONFIG))
    goals = pen.world.goals["vneid"]
    play = Play(pen, Model({code: goals.baseline(pen.unit(code), KH) for code in (AN_HOI, PHU_KHUONG, GIAO_LONG)}))
    for op in ops:
        play.do(op)
    return play


@pytest.fixture(scope="module", name="mixed")
def mixed_ground() -> Iterator[Any]:
    with in_memory(CONFIG, ROSTER) as connection:
        yield connection


AGAIN_LATE: list[Op] = [
    ("say", AN_HOI, 0, 0, {HS: 1}, True),
    ("undo", AN_HOI, 0, 0, {}, True),
    ("say", AN_HOI, 0, 0, {HS: 1}, False),
]


@given(ops=OPS)
@example(ops=AGAIN_LATE)
@settings(max_examples=150)
def test_H15_any_history_adds_up_like_a_dictionary_and_like_its_rebuild(mixed: Any, ops: list[Op]) -> None:
    with transaction(mixed) as tx:
        play = _play(tx, ops)
        play.check()
        assert not rebuilding.rebuild(tx, play.pen.world)


FALSE = st.sampled_from(
    [
        "UPDATE totals SET amount = amount + 1",
        "UPDATE daily SET amount = amount - 1",
        "UPDATE tallies SET amount = amount + 1",
        "UPDATE turnout SET reported = reported + 1",
        "UPDATE reports SET on_time = 1 - on_time",
        "DELETE FROM totals",
        "DELETE FROM tallies",
        "DELETE FROM reports",
        "INSERT INTO turnout VALUES ('vneid', 1, '2023-11-16', 1, 1)",
        "INSERT INTO questions SELECT id, campaign, unit, day, slot, person FROM entries WHERE state = 'accepted'",
    ]
)


@given(ops=OPS, false=FALSE)
@settings(max_examples=60)
def test_H15_a_falsified_sum_is_found_and_mended(mixed: Any, ops: list[Op], false: str) -> None:
    with transaction(mixed) as tx:
        play = _play(tx, [*ops, ("say", AN_HOI, 0, 0, {M1: 3, M2: 4, HS: 5}, True)])
        tx.run(false)
        assert rebuilding.rebuild(tx, play.pen.world)
        assert not rebuilding.rebuild(tx, play.pen.world)
        play.check()


def test_a_difference_names_the_row_what_is_kept_and_what_is_right(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    ward = pen.unit(AN_HOI)
    pen.tx.run("UPDATE totals SET amount = 46 WHERE unit = ?", (ward,))
    found = rebuilding.compare(pen.tx, pen.world)
    assert found.first == [Difference("totals", ("vneid", ward, "tn", ""), (46,), (45,))]


def test_all_differences_are_counted_and_the_first_of_them_kept_by_table_and_key(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    days = [f"2023-10-{day}" for day in range(10, 31)]
    for table, values in (("daily", "'tn', '', 45"), ("turnout", "1, 1"), ("reports", "1, 1, 1")):
        for day in reversed(days):
            pen.tx.run(f"INSERT INTO {table} VALUES ('vneid', 1, '{day}', {values})")
    found = rebuilding.compare(pen.tx, pen.world)
    assert found.count == 63
    assert [(each.table, each.key[2]) for each in found.first] == [("reports", day) for day in days[:20]]


def test_a_unit_is_mended_and_forgotten_before_the_next_one_is_looked_at(mixed: Any) -> None:
    said: list[str] = []
    with transaction(mixed) as tx:
        play = _play(tx, [("say", code, 0, 0, {HS: 1}, True) for code in (AN_HOI, PHU_KHUONG, GIAO_LONG)])
        tx.run("DELETE FROM totals")
        mixed.set_trace_callback(said.append)
        assert rebuilding.rebuild(tx, play.pen.world).count == 6
        mixed.set_trace_callback(None)
    steps = {"SELECT day, slot, id": "look", "INSERT INTO totals": "mend"}
    done = [step for sql in said for start, step in steps.items() if sql.startswith(start)]
    assert " ".join(done) == "look look look mend look mend mend look look mend mend mend"


def test_it_is_told_after_each_unit_how_many_are_done(pen: Pen) -> None:
    told: list[tuple[int, int]] = []
    pen.say(pen.slot(), {TN: 45})
    rebuilding.rebuild(pen.tx, pen.world, lambda *far: told.append(far))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_question_that_was_lost_is_open_again(pen: Pen) -> None:
    question = pen.ask(pen.slot(), {TN: 900})
    pen.tx.run("DELETE FROM questions")
    assert rebuilding.rebuild(pen.tx, pen.world).count == 1
    assert entries.questions(pen.tx, pen.slot()) == [question]


@pytest.mark.parametrize("where", ["'vneid', 99", "'gone', 1", "'gone', 99", "'vneid', 1"])
def test_rows_of_units_and_campaigns_without_entries_are_found(pen: Pen, where: str) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.tx.run(f"INSERT INTO turnout VALUES ({where}, '2023-11-16', 1, 1)")
    assert rebuilding.rebuild(pen.tx, pen.world).count == 1
    assert not rebuilding.rebuild(pen.tx, pen.world)


def test_comparing_changes_nothing(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.tx.run("DELETE FROM totals")
    pen.tx.run("PRAGMA query_only = ON")
    try:
        assert rebuilding.compare(pen.tx, pen.world)
    finally:
        pen.tx.run("PRAGMA query_only = OFF")


def test_entries_of_a_campaign_that_is_no_longer_configured_are_kept_and_count_nowhere(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    world = replace(pen.world, setting=replace(pen.world.setting, campaigns=()), goals={})
    found = rebuilding.compare(pen.tx, world)
    assert {each.table for each in found.first} == {"tallies", "totals", "daily"}
    assert all(each.right is None for each in found.first)


def test_rows_of_noughts_are_the_same_as_no_rows(pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45})
    pen.undo(pen.slot())
    assert pen.tx.value("SELECT count(*) FROM totals") == 3
    assert not rebuilding.rebuild(pen.tx, pen.world)


def test_a_running_total_put_in_for_an_earlier_day_changes_the_next_difference(mixed: Any) -> None:
    with transaction(mixed) as tx:
        pen = Pen(tx, world_of(tx, CONFIG))
        pen.say(pen.slot(), {KH: 1_000})
        pen.say(pen.slot(day=YESTERDAY), {KH: 980})
        assert tallies.tally(tx, pen.slot(day=YESTERDAY), KH) == 30
        assert tallies.tally(tx, pen.slot(), KH) == 20
        assert tallies.running_around(tx, pen.slot(), KH) == (980, None)
        assert tallies.running_around(tx, pen.slot(day=YESTERDAY), KH) == (None, 1_000)
