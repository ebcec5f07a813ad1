"""The tour is what a newcomer sees first: it must come out even, for every example."""

from pathlib import Path

import pytest

from bot import config as configs
from bot.app import running, setting_of
from bot.domain.roster import Roster, read_roster
from bot.rehearsal.tour import play
from bot.roster_files import rows_of

EXAMPLES = Path(__file__).parent.parent / "examples"


async def tour(name: str) -> tuple[bool, str]:
    """Play the tour of an example and return how it ended and what it printed."""
    config = configs.load(EXAMPLES / name / "config.toml")
    sheet = rows_of(EXAMPLES / name / "roster.csv")
    roster = read_roster(sheet.header, sheet.rows, config.campaigns)
    assert isinstance(roster, Roster)
    printed: list[str] = []
    well = await play(config, setting_of(config), roster, printed.append, running)
    return well, "\n".join(printed)


async def test_the_tour_shows_the_published_figures_before_any_report() -> None:
    _, printed = await tour("ben-tre")
    before = printed.split("Báo cáo bằng một dòng")[0]
    assert "822.139/930.767 (88,33%)" in before
    assert "663.614/930.767 (71,3%)" in before


async def test_the_tour_ends_with_exactly_what_was_sent_on_top() -> None:
    well, printed = await tour("ben-tre")
    assert well
    assert "822.243/930.767" in printed
    assert "663.683/930.767" in printed


@pytest.mark.parametrize("name", ["binh-duong", "quang-nam", "binh-phuoc-90", "binh-phuoc-dvc"])
async def test_every_example_can_be_toured(name: str) -> None:
    well, printed = await tour(name)
    assert well, printed
