"""The real campaigns run as configured data: what the bot says equals what was published in 2023."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import config as configs
from bot.app import running, setting_of
from bot.domain.roster import Roster, read_roster
from bot.rehearsal.scene import at_start, set_scene
from bot.roster_files import rows_of
from tests.stage import Stage

EXAMPLES = Path(__file__).parent.parent / "examples"


@asynccontextmanager
async def example(name: str) -> AsyncIterator[Stage]:
    """Run an example as it is shipped, on the morning of its first day."""
    config = configs.load(EXAMPLES / name / "config.toml")
    sheet = rows_of(EXAMPLES / name / "roster.csv")
    roster = read_roster(sheet.header, sheet.rows, config.campaigns)
    assert isinstance(roster, Roster)
    morning = at_start(config.campaigns[0], config.zone)
    async with set_scene(config, setting_of(config), roster, running, morning) as scene:
        yield Stage(scene.server, scene.clock, scene.config, scene.setting, scene.app, scene.task)


# What /status must show: (example, unit as one would type it, words in the answer).
PUBLISHED = [
    ("ben-tre", "Bến Tre", ["822.139/930.767 (88,33%)", "663.614/930.767 (71,3%)", "0/157"]),
    ("ben-tre", "huyện Thạnh Phú", ["(83,77%)"]),
    ("ben-tre", "huyện Châu Thành", ["(79,81%)"]),
    ("ben-tre", "huyện Ba Tri", ["(71,6%)", "(56,85%)"]),
    ("ben-tre", "mo cay bac", ["(77,49%)", "(68,36%)"]),
    ("binh-duong", "Bình Dương", ["556.022/1.225.366 (45,38%)"]),
    ("quang-nam", "Quảng Nam", ["94.000/738.000 (12,7%)"]),
    ("binh-phuoc-90", "Bình Phước", ["271.948/863.325 (31,5%)", "38.100", "233.848", "90.131/500.000 (18,0%)"]),
    ("binh-phuoc-dvc", "SN", ["99,52%", "vượt 19,52%"]),
    ("binh-phuoc-dvc", "MH", ["96,39%", "vượt 16,39%"]),
    ("binh-phuoc-dvc", "MX", ["98,86%", "vượt 18,86%"]),
    ("binh-phuoc-dvc", "Bình Phước", ["4.336", "49,94%"]),
]


@pytest.mark.parametrize(
    ("name", "unit", "figures"), PUBLISHED, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_status_shows_the_published_figures(name: str, unit: str, figures: list[str]) -> None:
    async with example(name) as bot:
        answer = await bot.say(await bot.admin(), f"/status {unit}")
    assert [figure for figure in figures if figure not in answer] == []


async def test_binh_duong_ends_as_published() -> None:
    async with example("binh-duong") as bot:
        world = await bot.world()
        ward = world.tree[min(world.reporting[world.setting.campaigns[0].code])]
        officer = await bot.join(ward.code)
        await bot.say(officer, "tn 872907 kh 872907")
        await bot.say(officer, "đúng")
        answer = await bot.say(await bot.admin(), "/status Bình Dương")
    assert "1.428.929/1.225.366 (116,61%)" in answer


async def test_a_rate_moves_from_before_to_after_as_published() -> None:
    async with example("binh-phuoc-dvc") as bot:
        world = await bot.world()
        unit = world.tree[min(world.reporting[world.setting.campaigns[0].code])]
        officer = await bot.join(unit.code)
        await bot.say(officer, "sohoa 89838")
        await bot.say(officer, "đúng")
        answer = await bot.say(await bot.admin(), "/status Bình Phước")
    assert "99,85%" in answer
