"""Claims about `tiendo status`."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.app import setting_of
from bot.cli.status import as_document, as_text, statuses
from bot.domain.campaign import Key
from bot.domain.goals import BaselineRow, Goals, TargetRow
from bot.domain.status import Status, Sums, status
from bot.domain.units import Tree, Unit, UnitId
from bot.domain.world import World
from storage.sqlite import open_store
from tests import cast
from tests.cli.terminal import Terminal

BT = Unit(UnitId(1), "BT", "Bến Tre", "tinh", population=1000)
RATIO: dict[str, Any] = {
    "code": "tyle",
    "name": "Tỷ lệ",
    "kind": "ratio",
    "of": ["kh", "tn"],
    "target_percent": 80.0,
}


def stand(terminal: Terminal, *metrics: dict[str, Any], target: int | None = 930_767) -> Status:
    """Return Bến Tre on 01-12-2023, with its published totals as the baseline."""
    setting = setting_of(cast.config(terminal.folder, campaigns=[cast.campaign(metrics=[*cast.METRICS, *metrics])]))
    campaign, day = setting.campaigns[0], date(2023, 12, 1)
    targets = [TargetRow(BT.id, "kh", 0, target, None, day)] if target else []
    baselines = [BaselineRow(BT.id, Key("tn"), 822_139, day), BaselineRow(BT.id, Key("kh"), 663_614, day)]
    tree = Tree.of({BT.id: BT})
    world = World(setting, tree, {"vneid": Goals.of(tree, campaign, targets, baselines, day)}, day)
    return status(world, campaign, BT, day, Sums({Key("kh"): 30}, {Key("kh"): 30}, 1, 1))


def test_the_document_has_the_agreed_keys_and_kinds(terminal: Terminal) -> None:
    document = as_document(stand(terminal))
    metrics = document.pop("metrics")
    assert document == {
        "campaign": "vneid",
        "unit": "BT",
        "name": "Bến Tre",
        "day": "2023-12-01",
        "days_left": 14,
        "expected": 1,
        "reported": 1,
        "on_time": 1,
    }
    assert metrics["kh"] == {
        "total": 663_644,
        "baseline": 663_614,
        "target": 930_767,
        "percent": 71.3008,
        "today": 30,
        "plan": 810_117,
        "needed_per_day": 19_081,
    }


def test_without_a_target_there_is_neither_percentage_nor_plan(terminal: Terminal) -> None:
    assert as_document(stand(terminal, target=None))["metrics"]["tn"] == {
        "total": 822_139,
        "baseline": 822_139,
        "target": None,
        "percent": None,
        "today": 0,
        "plan": None,
        "needed_per_day": None,
    }


def test_a_ratio_stands_among_the_metrics(terminal: Terminal) -> None:
    ratio = as_document(stand(terminal, RATIO))["metrics"]["tyle"]
    percent = float(round(Decimal(663_644 * 100) / 822_139, 4))
    assert ratio == {"numerator": 663_644, "denominator": 822_139, "percent": percent, "target_percent": 80.0}


def test_the_text_is_the_bots_without_markup(terminal: Terminal) -> None:
    text = as_text([stand(terminal)], terminal.config)
    assert text.startswith("📊 Bến Tre · Cao điểm")
    assert "Kích hoạt: 663.644/930.767 (71,3%) · hôm nay +30" in text
    assert "<" not in text


def test_the_command_prints_one_document(terminal: Terminal) -> None:
    terminal.fill()
    document = json.loads(terminal.type("status", "--unit", "tp-01", "--json").stdout)
    assert (document["unit"], document["name"], document["expected"]) == ("TP-01", "Phường An Hội", 1)
    assert document["metrics"]["kh"]["percent"] == 47.5


def test_without_a_unit_the_root_is_meant(terminal: Terminal) -> None:
    terminal.fill()
    assert json.loads(terminal.type("status", "--json").stdout)["unit"] == "BT"
    assert "📊 Bến Tre · Cao điểm" in terminal.type("status").stdout


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["--unit", "XX"], 1, 'no unit has the code "XX"'),
        (["--campaign", "x"], 2, 'no campaign "x": wanted vneid'),
    ],
)
def test_what_is_not_there_is_named(terminal: Terminal, words: list[str], code: int, complaint: str) -> None:
    terminal.fill()
    result = terminal.type("status", *words)
    assert result.exit_code == code
    assert complaint in result.stderr


def test_before_the_roster_there_is_no_status_and_the_way_out_is_told(terminal: Terminal) -> None:
    terminal.type("migrate")
    result = terminal.type("status")
    assert result.exit_code == 1
    assert "run `tiendo roster import FILE --apply`" in result.stderr


@pytest.mark.parametrize(("year", "codes"), [(2021, ["moi"]), (2022, ["cu", "moi"]), (2023, ["moi"]), (2024, ["moi"])])
async def test_campaigns_under_way_are_shown_or_else_the_last_one(
    terminal: Terminal, year: int, codes: list[str]
) -> None:
    campaigns = [
        cast.campaign(code="cu", starts=date(2022, 1, 1), deadline=date(2022, 12, 31), report_due=None),
        cast.campaign(code="moi", starts=date(2022, 6, 1), deadline=date(2023, 12, 31), report_due=None),
    ]
    setting, now = setting_of(cast.config(terminal.folder, campaigns=campaigns)), datetime(year, 7, 1, tzinfo=UTC)
    tree = Tree.of({BT.id: BT})
    goals = {each.code: Goals.of(tree, each, [], [], now.date()) for each in setting.campaigns}
    world = World(setting, tree, goals, now.date())
    async with open_store(terminal.data, create=True) as store:
        found = await store.read(lambda tx: statuses(tx, world, None, None, now))
    assert [each.campaign.code for each in found] == codes
