"""Claims about the world: what hangs on the roster and the config is theirs alone."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.domain.campaign import Campaign, Metric
from bot.domain.days import Calendar
from bot.domain.goals import Goals
from bot.domain.units import Tree, Unit, UnitId
from bot.domain.world import Setting, World

TODAY = date(2023, 12, 1)
ROOT, DISTRICT, WARD = UnitId(1), UnitId(2), UnitId(3)


def campaign(code: str, *, root: str = "BT", archived: bool = False) -> Campaign:
    metrics = (Metric(code="tn", name="Thu nhận"),)
    dates = {"starts": date(2023, 11, 15), "deadline": date(2023, 12, 15)}
    return Campaign(code=code, name=code, root=root, metrics=metrics, archived=archived, **dates)


def world(*campaigns: Campaign, ward: UnitId | None = WARD) -> World:
    units = [Unit(ROOT, "BT", "Bến Tre", "tỉnh"), Unit(DISTRICT, "TP", "Thành phố", "huyện", ROOT)]
    units += [] if ward is None else [Unit(ward, "TP-01", "An Hội", "phường", DISTRICT)]
    tree = Tree.of({unit.id: unit for unit in units})
    setting = Setting("vi", ZoneInfo("Asia/Ho_Chi_Minh"), Calendar(), campaigns)
    goals = {each.code: Goals.of(tree, each, (), (), TODAY) for each in campaigns if tree.find(each.root)}
    return World(setting, tree, goals, TODAY)


def test_a_unit_reports_in_the_campaigns_that_run_over_it_in_their_order() -> None:
    second, first = campaign("b"), campaign("a", root="TP")
    known = world(second, campaign("old", archived=True), campaign("far", root="HN"), first)
    assert known.duties(WARD) == (second, first)
    assert known.duties(DISTRICT) == known.duties(UnitId(9)) == ()


def test_duties_change_with_the_roster_and_with_the_config() -> None:
    drive = campaign("a")
    assert world(drive).duties(WARD) == (drive,)
    assert world(drive, ward=None).duties(WARD) == ()
    assert world(drive, ward=None).duties(DISTRICT) == (drive,)
    assert world(campaign("a", archived=True), drive.model_copy(update={"code": "b"})).duties(WARD) != (drive,)


def test_campaigns_are_found_by_their_code() -> None:
    drive = campaign("a")
    assert world(drive).setting.campaign("a") is drive
    assert world(drive).setting.campaign("b") is None
