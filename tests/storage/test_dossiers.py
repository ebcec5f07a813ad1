"""Dossiers: what files show is what /status shows, for every unit, and nothing is left out without a word."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.domain.absence import Leave
from bot.domain.campaign import Key
from bot.domain.days import State
from bot.domain.dossier import Dossier
from bot.domain.trace import Fate
from bot.domain.units import UnitId
from storage import cells, dossiers, excerpts, leaves
from storage.entries import EntryKind
from storage.leaves import Whose
from storage.sqlite import Tx
from storage.statuses import unit_status
from storage.surveys import Survey
from tests import cast
from tests.storage.ground import CONFIG, DAY, KH, TN, YESTERDAY, Pen, import_roster, world_of

EVENING = datetime(2023, 12, 1, 18, 0, tzinfo=CONFIG.zone)
FIRST = date(2023, 11, 15)


def survey(tx: Tx, code: str = "BT", until: date = DAY, now: datetime = EVENING) -> Survey:
    world = world_of(tx, day=until)
    unit = world.tree.find(code)
    assert unit is not None
    return Survey(world.setting, world.setting.campaigns[0], until, now, tx, world, unit)


def read(tx: Tx, code: str = "BT", until: date = DAY, now: datetime = EVENING) -> Dossier:
    return dossiers.dossier(survey(tx, code, until, now), journal=True)


def reported(pen: Pen) -> None:
    """Let three wards report, one of them nothing but zeros, over three days."""
    for day in (DAY - timedelta(days=2), YESTERDAY, DAY):
        pen.say(pen.slot(cast.AN_HOI, day), {TN: 45, KH: 30})
        pen.say(pen.slot(cast.PHU_KHUONG, day), {TN: 0, KH: 0})
    pen.say(pen.slot(cast.SON_DONG, YESTERDAY), {TN: 7, KH: 5}, on_time=False)


@pytest.mark.parametrize("until", [FIRST, YESTERDAY, DAY])
@pytest.mark.parametrize("code", ["BT", "TP", cast.AN_HOI])
def test_every_unit_stands_where_its_status_says(tx: Tx, pen: Pen, code: str, until: date) -> None:
    reported(pen)
    about = survey(tx, code, until)
    found = dossiers.dossier(about, journal=False)
    for status in (found.status, *(row.status for row in found.units)):
        assert status == unit_status(tx, about.world, about.campaign, status.unit, until)
    assert len(found.units) == {"BT": 7, "TP": 3, cast.AN_HOI: 1}[code]


def test_days_add_up_to_the_total_of_the_last_one(tx: Tx, pen: Pen) -> None:
    reported(pen)
    found = read(tx)
    assert [found.days[-1].totals[each.code] for each in found.status.metrics] == [
        each.total for each in found.status.metrics
    ]
    pace = found.headline.pace
    assert pace is not None
    assert (found.days[-1].planned["kh"], found.days[-1].ahead("kh")) == (pace.planned, pace.ahead)
    assert sum(day.amounts.get(KH, 0) for day in found.days) == 95


def test_a_day_without_a_report_has_no_number_and_a_zero_is_one(tx: Tx, pen: Pen) -> None:
    reported(pen)
    silent, zero = read(tx, cast.SON_DONG).days[-1], read(tx, cast.PHU_KHUONG).days[-1]
    assert (silent.amounts, silent.state) == ({}, State.MISSING)
    assert (zero.amounts, zero.state) == ({TN: 0, KH: 0}, State.ZERO)


def test_what_a_report_does_not_hold_any_more_is_no_zero(tx: Tx, pen: Pen) -> None:
    pen.say(pen.slot(), {TN: 45, KH: 30})
    pen.put(pen.slot(), {TN: 45}, {TN: 45})
    assert read(tx, cast.AN_HOI).days[-1].amounts == {TN: 45}


def test_before_the_cut_off_nobody_is_missing_yet(tx: Tx, pen: Pen) -> None:
    reported(pen)
    found = read(tx, cast.SON_DONG, now=cast.MORNING)
    assert (found.over, found.days[-1].state) == (False, None)
    assert found.attendance.owed == read(tx, cast.SON_DONG).attendance.owed - 1


def test_places_are_those_among_siblings_and_ties_share_them(tx: Tx) -> None:
    found = read(tx)
    places = {row.unit.code: row.place for row in found.units}
    assert places == {"TP": 1, "TP-01": 2, "TP-02": 1, "TP-03": 3, "CT": 2, "CT-01": 1, "CT-02": 1}
    assert [row.unit.code for row in found.children] == ["TP", "CT"]
    assert (read(tx, "CT").place, read(tx, "CT").siblings) == (2, 2)


def test_attendance_counts_working_days_without_leave(tx: Tx, pen: Pen) -> None:
    reported(pen)
    leaves.give(tx, Whose(unit=pen.unit(cast.GIAO_LONG)), Leave(YESTERDAY, DAY), "admin:1", 0)
    found = {row.unit.code: row.attendance for row in read(tx).units}
    assert (found[cast.AN_HOI].owed, found[cast.AN_HOI].reported, found[cast.AN_HOI].on_time) == (17, 3, 3)
    assert (found[cast.SON_DONG].reported, found[cast.SON_DONG].on_time) == (1, 0)
    assert found[cast.GIAO_LONG].owed == 15
    assert found["CT"].owed == 32


def test_a_closed_unit_keeps_its_figures_and_has_no_place(tx: Tx, pen: Pen) -> None:
    reported(pen)
    tx.run(
        "UPDATE units SET closed = ?, merged_into = ? WHERE code = ?",
        (YESTERDAY.isoformat(), pen.unit(cast.AN_HOI), cast.PHU_KHUONG),
    )
    rows = {row.unit.code: row for row in read(tx).units}
    gone, heir = rows[cast.PHU_KHUONG].status, rows[cast.AN_HOI].status
    assert (gone.is_closed, gone.successor, rows[cast.PHU_KHUONG].place) == (True, heir.unit, None)
    assert (rows[cast.PHU_KHUONG].attendance.owed, rows[cast.PHU_KHUONG].state) == (15, State.ZERO)
    assert (
        read(tx, cast.PHU_KHUONG, until=DAY + timedelta(days=1), now=EVENING + timedelta(days=1)).days[-1].state is None
    )


def test_the_journal_tells_what_became_of_every_entry(tx: Tx, pen: Pen) -> None:
    slot = pen.slot()
    pen.say(slot, {TN: 4, KH: 3})
    pen.say(slot, {TN: 45, KH: 30}, note="gõ nhầm")
    answered = pen.ask(slot, {TN: 450})
    pen.drop(answered)
    pen.ask(pen.slot(cast.PHU_KHUONG), {TN: 900})
    pen.say(pen.slot(cast.SON_DONG), {TN: 1})
    pen.undo(pen.slot(cast.SON_DONG))
    rows = read(tx).journal.rows
    assert [row.fate for row in reversed(rows)] == [
        Fate.SUPERSEDED,
        Fate.COUNTS,
        Fate.DROPPED,
        Fate.DROPPED,
        Fate.QUESTIONED,
        Fate.SUPERSEDED,
        Fate.WITHDRAWN,
    ]
    counts = rows[-2]
    assert (counts.amounts, counts.note, counts.who, counts.kind) == (
        {TN: 45, KH: 30},
        "gõ nhầm",
        "Cán bộ 5",
        EntryKind.LINE,
    )


def test_a_journal_that_is_cut_knows_how_many_it_leaves_out(tx: Tx, pen: Pen) -> None:
    reported(pen)
    about = survey(tx)
    assert [row.day for row in excerpts.journal(about, most=2)] == [YESTERDAY, DAY]
    assert excerpts.entries(tx, about, about.unit.id) == 7


@pytest.mark.parametrize("code", ["a", "z"])
def test_entries_of_other_campaigns_are_not_counted(tx: Tx, pen: Pen, code: str) -> None:
    reported(pen)
    about = survey(tx)
    other = replace(about, campaign=about.campaign.model_copy(update={"code": code}))
    assert excerpts.entries(tx, other, about.unit.id) == 0


def test_only_entries_of_the_unit_and_of_days_that_count_are_in_the_journal(tx: Tx, pen: Pen) -> None:
    reported(pen)
    assert {row.unit for row in read(tx, cast.SON_DONG).journal.rows} == {pen.unit(cast.SON_DONG)}
    assert read(tx, "CT").journal.whole == 0
    before = read(tx, until=YESTERDAY).journal
    assert {row.day for row in before.rows} == {DAY - timedelta(days=2), YESTERDAY}
    assert before.whole == len(before.rows)


def test_a_target_that_was_given_anew_is_a_revision_and_a_mismatch_is_shown(tx: Tx, pen: Pen) -> None:
    raised = cast.ROSTER.replace("BT,Bến Tre,tinh,,,Tỉnh Bến Tre,,,,", "BT,Bến Tre,tinh,,,Tỉnh Bến Tre,,,9000,")
    tomorrow = DAY + timedelta(days=1)
    import_roster(tx, raised, DAY)
    import_roster(tx, raised.replace(",9000,", ",9500,"), tomorrow)
    found = read(tx, until=tomorrow)
    (revision,) = found.revisions.rows
    assert (revision.unit, revision.is_target, revision.key) == (UnitId(pen.unit("BT")), True, Key("kh"))
    assert (revision.before, revision.after, revision.since) == (9000, 9500, tomorrow)
    (mismatch,) = found.mismatches.rows
    assert (mismatch.given, mismatch.sum_of_children) == (9500, 6000)
    assert read(tx).revisions.whole == 0


def test_before_the_campaign_there_are_units_and_no_days(tx: Tx) -> None:
    found = read(tx, until=FIRST - timedelta(days=1), now=cast.MORNING)
    assert (found.days, found.highlights, found.forecast, len(found.units)) == ((), (), None, 7)


def test_cells_hold_every_reporting_unit_and_day_with_its_state(tx: Tx, pen: Pen) -> None:
    reported(pen)
    leaves.give(tx, Whose(unit=pen.unit(cast.GIAO_LONG)), Leave(DAY, DAY), "admin:1", 0)
    pen.ask(pen.slot(cast.CHAU_THANH_TOWN), {TN: 900})
    found = list(cells.cells(survey(tx)))
    assert len(found) == 5 * 17 * 2
    states = {cell.unit.code: cell.state for cell in found if cell.day == DAY}
    assert states == {
        cast.AN_HOI: State.REPORTED,
        cast.PHU_KHUONG: State.ZERO,
        cast.SON_DONG: State.MISSING,
        cast.CHAU_THANH_TOWN: State.QUESTIONED,
        cast.GIAO_LONG: State.ON_LEAVE,
    }
    assert {cell.state for cell in found if cell.unit.code == cast.SON_DONG} == {
        State.LATE,
        State.MISSING,
        State.LOCKED,
    }
    assert sum(cell.value or 0 for cell in found if cell.key == KH) == 95
