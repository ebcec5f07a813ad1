"""Rosters: imported, imported again with changes that are dated, and units that move with what they reported."""

from datetime import date, timedelta

import pytest

from bot.domain.campaign import Key
from bot.domain.roster import RosterDiff, diff
from storage import meta, rebuilding, rosters, worlds
from storage.sqlite import Tx
from storage.worlds import Worlds
from tests import cast
from tests.cast import AN_HOI, GIAO_LONG
from tests.storage.ground import CONFIG, DAY, KH, TN, Pen, import_roster, setting, world_of

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
    assert {(each.table, each.key[1]) for each in found} == {
        (table, pen.unit(unit)) for table in ("totals", "daily", "turnout") for unit in ("TP", "CT")
    }
    assert [pen.totals(unit) for unit in ("TP", "CT", "BT")] == [{}, {TN: 50}, {TN: 50}]
    assert rebuilding.rebuild(pen.tx, world_of(pen.tx)) == []


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


def test_baselines_of_a_day_are_those_that_had_begun(tx: Tx) -> None:
    before = worlds.baselines(tx, "vneid", DAY - timedelta(days=1))
    assert before == []
    assert {row.key for row in worlds.baselines(tx, "vneid", DAY)} == {Key("tn"), Key("kh")}
