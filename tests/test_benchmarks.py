"""The benchmarks, at tiny sizes: that the work they time is done. No time is judged here."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from benchmarks import nation
from benchmarks.broadcast import busiest
from benchmarks.questions import Nation, Sight, found
from bot.app import setting_of
from bot.domain.world import World
from bot.render.texts import Texts
from storage import chain, rebuilding, worlds
from storage.sqlite import Store, Tx, open_store

WARDS, DAYS = 200, 4  # the fewest that make two provinces


@pytest.fixture
async def land(tmp_path: Path) -> Nation:
    """Make a small country with a past."""
    return await found(tmp_path, WARDS, DAYS)


@pytest.fixture
async def store(land: Nation) -> AsyncIterator[Store]:
    """Open its file."""
    async with open_store(land.config.storage.path) as opened:
        yield opened


async def _world(store: Store, land: Nation) -> World:
    return await store.read(lambda tx: worlds.load(tx, setting_of(land.config), land.day))


async def test_a_past_that_is_written_at_once_is_what_a_rebuild_derives_from_its_entries(
    land: Nation, store: Store
) -> None:
    world = await _world(store, land)
    assert not await store.read(partial(rebuilding.compare, world=world))
    assert await store.read(chain.first_broken) == []


async def test_all_but_the_silent_have_reported_every_day(land: Nation, store: Store) -> None:
    def heard(tx: Tx) -> dict[str, int]:
        return {row["day"]: row["n"] for row in tx.all("SELECT day, count(*) AS n FROM entries GROUP BY day")}

    counts = list((await store.read(heard)).values())
    silent = [sum(land.past.is_silent(ward, day) for ward in range(WARDS)) for day in range(DAYS)]
    assert counts == [WARDS - each for each in silent]
    assert silent[-1] == WARDS // 10


async def test_every_question_to_the_nation_is_answered_with_its_figures(land: Nation, store: Store) -> None:
    sight = Sight(land, await _world(store, land), Texts("vi", land.config.zone))
    for ask, shown in ((sight.status, "180/200"), (sight.missing, "Xã 31"), (sight.summary, "180/200")):
        assert shown in await store.read(partial(ask, unit=sight.root))
    assert await store.read(sight.summaries) == 1 + len(sight.units("tỉnh")) + len(sight.units("huyện"))
    assert set((await nation.answered((store, sight)))[0]) >= {"/status ward p99 ms", "board of the provinces p99 ms"}


def test_the_fullest_second_is_found_wherever_it_begins() -> None:
    assert busiest([0.0, 0.9, 1.0, 1.5, 1.85, 3.0]) == 4
