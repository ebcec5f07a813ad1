"""Rosters: imported, imported again with changes that are dated, and units that move with what they reported."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.domain.absence import Absences
from bot.domain.roster import Impact, RosterDiff, Trouble, diff
from storage import meta, rebuilding, rosters, taking
from storage.sqlite import Tx
from storage.worlds import Worlds
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG, MORNING
from tests.storage.ground import (
    CONFIG,
    DAY,
    KH,
    TN,
    Pen,
    import_roster,
    in_memory,
    setting,
    transaction,
    world_of,
)

LATER = DAY + timedelta(days=5)
WARD = "TP-01,Phường An Hội,xa,TP,2400,,2000,1189,2000,950\n"


def changed(ward: str) -> str:
    assert WARD in cast.ROSTER
    return cast.ROSTER.replace(WARD, ward)


def goals(tx: Tx, day: date = DAY) -> tuple[int | None, int]:
    """Return An Hội's target and baseline of `tn` as they stand on a day."""
    world = world_of(tx, day=day)
    ward, found = world.tree.by_code[AN_HOI.casefold()], world.goals["vneid"]
    return found.target(ward, "tn", day), found.baseline(ward, TN)


def test_what_was_imported_is_what_is_stored(tx: Tx) -> None:
    world = world_of(tx)
    ward = world.tree.find("tp-01")
    assert ward is not None
    assert (ward.name, ward.level, ward.population) == ("Phường An Hội", "xa", 2400)
    assert [world.tree[unit].code for unit in world.tree.path(ward.id)] == ["TP-01", "TP", "BT"]
    assert world.goals["vneid"].baseline(ward.id, KH) == 950
    assert world.goals["vneid"].baseline(world.tree.by_code["bt"], TN) == 1189 + 600 + 600 + 500 + 500


@pytest.mark.parametrize("figures", ["2000,1189,2000,950", "2500,,50%,0", ",,,", "80%,1189,,951"])
def test_importing_the_same_roster_again_is_no_change(tx: Tx, figures: str) -> None:
    figures_now = "SELECT (SELECT count(*) FROM targets) + (SELECT count(*) FROM baselines)"
    text = changed(f"TP-01,Phường An Hội,xa,TP,2400,,{figures}\n")
    import_roster(tx, text)
    before = tx.value(figures_now)
    import_roster(tx, text)
    assert tx.value(figures_now) == before
    stored = rosters.stored(tx, CONFIG.campaigns, DAY)
    assert diff(stored, stored) == RosterDiff()


def test_a_changed_target_holds_from_its_day_and_the_former_before_it(tx: Tx) -> None:
    import_roster(tx, changed("TP-01,Phường An Hội,xa,TP,2400,,2500,1189,2000,950\n"), LATER)
    assert (goals(tx), goals(tx, LATER)) == ((2000, 1189), (2500, 1189))
    assert tx.value("SELECT count(*) FROM targets WHERE metric = 'tn' AND unit = 4") == 2


def test_a_percentage_of_the_population_is_a_target(tx: Tx) -> None:
    import_roster(tx, changed("TP-01,Phường An Hội,xa,TP,2400,,50%,1189,2000,950\n"))
    assert goals(tx)[0] == 1200


def test_figures_that_are_taken_back_hold_no_longer_and_did_before(tx: Tx) -> None:
    import_roster(tx, changed("TP-01,Phường An Hội,xa,TP,2400,,,,2000,950\n"), LATER)
    assert (goals(tx), goals(tx, LATER)) == ((2000, 1189), (None, 0))


def test_a_figure_corrected_on_the_same_day_holds_as_corrected(tx: Tx) -> None:
    for figure in (2100, 2200):
        import_roster(tx, changed(f"TP-01,Phường An Hội,xa,TP,2400,,{figure},1189,2000,950\n"))
    assert goals(tx)[0] == 2200


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ("TP-01,Phường An Hội mới,xa,TP,2400,,2000,1189,2000,950\n", "name", "Phường An Hội mới"),
        ("TP-01,Phường An Hội,xa,TP,2500,,2000,1189,2000,950\n", "population", 2500),
        ("TP-01,Phường An Hội,xa,TP,2400,An Hội|P1,2000,1189,2000,950\n", "aliases", ("An Hội", "P1")),
        ("tp-01,Phường An Hội,xa,TP,2400,,2000,1189,2000,950\n", "code", "tp-01"),
    ],
)
def test_a_changed_cell_changes_the_unit_and_keeps_its_id(tx: Tx, row: str, field: str, value: object) -> None:
    import_roster(tx, changed(row))
    unit = world_of(tx).tree.find(AN_HOI)
    assert unit is not None
    assert (unit.id, getattr(unit, field)) == (4, value)


def test_a_unit_that_is_not_in_the_file_stays(tx: Tx) -> None:
    import_roster(tx, changed(""))
    assert world_of(tx).tree.find(AN_HOI) is not None


def test_a_new_unit_may_stand_before_its_new_parent_in_the_file(tx: Tx) -> None:
    import_roster(tx, cast.ROSTER + "GT-01,Xã Mới,xa,GT,,,,,,\nGT,Huyện Mới,huyen,BT,,,,,,\n")
    world = world_of(tx)
    assert [world.tree[unit].code for unit in world.tree.path(world.tree.by_code["gt-01"])] == ["GT-01", "GT", "BT"]


def test_a_unit_that_moves_takes_its_sums_along_once_they_are_rebuilt(pen: Pen) -> None:
    pen.say(pen.slot(AN_HOI), {TN: 45})
    pen.say(pen.slot(GIAO_LONG), {TN: 5})
    import_roster(pen.tx, changed(WARD.replace(",TP,", ",CT,")))
    found = rebuilding.rebuild(pen.tx, world_of(pen.tx))
    assert {(each.table, each.key[1]) for each in found.first} == {
        (table, pen.unit(unit)) for table in ("totals", "daily", "turnout") for unit in ("TP", "CT")
    }
    assert [pen.totals(unit) for unit in ("TP", "CT", "BT")] == [{}, {TN: 50}, {TN: 50}]
    assert not rebuilding.rebuild(pen.tx, world_of(pen.tx))


def test_the_world_is_read_anew_only_when_roster_or_day_changed(tx: Tx) -> None:
    kept = Worlds(setting())
    first = kept.of(tx, DAY)
    assert kept.of(tx, DAY) is first
    assert kept.of(tx, LATER) is not first
    import_roster(tx, changed(WARD.replace("2400", "2500")))
    assert kept.of(tx, DAY).tree.units != first.tree.units


def test_the_world_of_an_import_that_was_rolled_back_is_not_taken_for_the_next_one(tx: Tx) -> None:
    kept = Worlds(setting())

    def spoilt() -> None:
        with tx.attempt():
            import_roster(tx, changed(WARD.replace("An Hội", "Nhầm")))
            kept.of(tx, DAY)
            raise KeyError

    with pytest.raises(KeyError):
        spoilt()
    import_roster(tx, changed(WARD.replace("An Hội", "Đúng")))
    unit = kept.of(tx, DAY).tree.find(AN_HOI)
    assert unit is not None
    assert unit.name == "Phường Đúng"


def test_every_import_that_changes_something_leaves_another_mark(tx: Tx) -> None:
    marks = []
    for population in (2500, 2600):
        import_roster(tx, changed(WARD.replace("2400", str(population))))
        marks.append(meta.get(tx, "roster"))
    assert len({*marks, None}) == 3


def test_a_new_word_overrules_what_was_dated_later(tx: Tx) -> None:
    for figure, day in ((2500, LATER), (2200, DAY)):
        import_roster(tx, changed(f"TP-01,Phường An Hội,xa,TP,2400,,{figure},1189,2000,950\n"), day)
    assert [goals(tx, day)[0] for day in (DAY, LATER)] == [2200, 2200]


def test_one_world_knows_the_targets_of_every_day(tx: Tx) -> None:
    import_roster(tx, changed("TP-01,Phường An Hội,xa,TP,2400,,2500,1189,2000,950\n"), LATER)
    world = world_of(tx, day=LATER)
    ward, found = world.tree.by_code[AN_HOI.casefold()], world.goals["vneid"]
    assert [found.target(ward, "tn", day) for day in (DAY, LATER)] == [2000, 2500]


HEADER = "code,name,level,parent,population,aliases,target.tn,baseline.tn,target.kh,baseline.kh\n"
CLOSINGS = HEADER.replace("\n", ",closed,merged_into\n")
TWO = "BT,Bến Tre,tinh,,,Tỉnh Bến Tre,,,,,,\nTP,Thành phố Bến Tre,huyen,BT,,,,,,,,\n"
MERGED = f"{CLOSINGS}{TWO}TP-01,Phường An Hội,xa,TP,2400,,2000,1189,2000,950,2023-12-06,tp-02\n"
MERGED += "TP-02,Phường Phú Khương,xa,TP,1200,,1000,600,1000,500,,\n"


def test_a_merger_is_stored_as_the_file_has_it_and_importing_it_again_is_no_change(tx: Tx) -> None:
    import_roster(tx, MERGED)
    row = rosters.stored(tx, CONFIG.campaigns, DAY).by_code()["tp-01"]
    assert (row.parent, row.closed, row.merged_into) == ("TP", LATER, "TP-02")
    tree = world_of(tx).tree
    assert [tree[unit].code for unit in tree.path(tree.by_code["tp-01"])] == ["TP-01", "TP-02", "TP", "BT"]
    assert tree.successor(tree.by_code["tp-01"]) == tree.find("tp-02")
    before = meta.get(tx, "roster")
    taken = taking.weigh(tx, setting(), table(MERGED), MORNING)
    assert isinstance(taken, Impact)
    assert (bool(taken.diff), meta.get(tx, "roster")) == (False, before)


def test_a_new_unit_may_be_merged_into_one_that_comes_after_it(tx: Tx) -> None:
    rows = "TP-07,Xã Bảy,xa,TP,,,,,,,2023-12-02,TP-08\nTP-08,Xã Tám,xa,TP,,,,,,,,\n"
    import_roster(tx, CLOSINGS + TWO + rows)
    tree = world_of(tx).tree
    assert tree.successor(tree.by_code["tp-07"]) == tree.find("tp-08")


def test_a_merger_that_is_taken_back_makes_two_units_again(pen: Pen) -> None:
    pen.say(pen.slot(AN_HOI), {TN: 45})
    for text in (MERGED, MERGED.replace("2023-12-06,tp-02", ",")):
        import_roster(pen.tx, text)
        rebuilding.rebuild(pen.tx, world_of(pen.tx))
        totals = [pen.totals(unit).get(TN) for unit in (AN_HOI, "TP-02", "TP")]
        assert totals == ([45, 45, 45] if text is MERGED else [45, None, 45])


def test_a_closed_unit_owes_nothing_from_its_day_on(tx: Tx) -> None:
    import_roster(tx, MERGED)
    world = world_of(tx)
    gone, city = world.tree.by_code["tp-01"], world.tree.by_code["tp"]
    eve = LATER - timedelta(days=1)
    assert [world.expected_on("vneid", city, day) for day in (eve, LATER)] == [3, 2]
    assert [world.owes("vneid", gone, day) for day in (eve, LATER)] == [True, False]


def test_leave_of_a_closed_unit_is_not_subtracted_twice(tx: Tx) -> None:
    import_roster(tx, MERGED)
    world = world_of(tx)
    gone, city = world.tree.by_code["tp-01"], world.tree.by_code["tp"]
    world = world.with_absences(Absences({gone: frozenset({LATER})}))
    assert (world.on_leave("vneid", city, LATER), world.expected_on("vneid", city, LATER)) == (0, 2)


def test_a_running_total_goes_on_by_itself_after_a_merger() -> None:
    metrics = [{"code": "tn", "name": "Thu nhận", "entry": "cumulative"}, {"code": "kh", "name": "Kích hoạt"}]
    config = cast.config(Path(), campaigns=[cast.campaign(metrics=metrics)])
    with in_memory(config) as connection, transaction(connection) as tx:
        pen = Pen(tx, world_of(tx, config))
        for unit, total in ((AN_HOI, 1200), ("TP-02", 630)):
            pen.say(pen.slot(unit), {TN: total})
        import_roster(tx, MERGED, config=config)
        world = world_of(tx, config, LATER)
        rebuilding.rebuild(tx, world)
        pen = Pen(tx, world)
        pen.say(pen.slot("TP-02", LATER), {TN: 650})
        stays = pen.unit("TP-02")
        assert world.goals["vneid"].baseline(stays, TN) + pen.totals("TP-02")[TN] == 1200 + 650
        assert not rebuilding.rebuild(tx, world)


def test_the_first_roster_holds_from_the_start_and_later_figures_from_the_day_asked_for(tx: Tx) -> None:
    first = taking.weigh(None, setting(), table(cast.ROSTER), MORNING, LATER)
    later = taking.weigh(tx, setting(), table(cast.ROSTER.replace("2400,,2000", "2400,,2100")), MORNING, LATER)
    assert isinstance(first, Impact)
    assert isinstance(later, Impact)
    assert (first.since, later.since) == (date(2023, 11, 15), LATER)


@pytest.mark.parametrize(
    ("day", "trouble", "last"),
    [
        ("2023-12-01", Trouble.REPORTED_SINCE, "2023-12-01"),
        ("2023-12-02", None, None),
        ("2023-12-03", Trouble.MERGED_AHEAD, "2023-12-02"),
    ],
)
def test_a_merger_neither_overtakes_reports_nor_lies_far_ahead(
    pen: Pen, day: str, trouble: Trouble | None, last: str | None
) -> None:
    pen.say(pen.slot(AN_HOI), {TN: 45})
    found = taking.weigh(pen.tx, setting(), table(MERGED.replace("2023-12-06", day)), MORNING)
    problems = [] if isinstance(found, Impact) else [(each.problem, each.facts["last"]) for each in found]
    assert problems == ([] if trouble is None else [(trouble, last)])


def table(text: str) -> taking.Table:
    header, *rows = csv.reader(io.StringIO(text))
    return header, list(enumerate(rows, 2))
