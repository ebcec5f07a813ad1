"""The evening: what the bot shows when a campaign has been played for forty days."""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from random import Random

from bot.app import setting_of
from bot.commissions import Commission, make
from bot.domain import boards
from bot.domain.boards import Board
from bot.domain.campaign import BoardKind, Campaign
from bot.domain.papers import Format, Order
from bot.domain.schedule import Slot
from bot.domain.world import Setting, World
from bot.jobs.beat import Beat
from bot.jobs.summary import summary
from bot.render.texts import Texts
from handlers.desk import Desk
from storage import boards as standing
from storage import rebuilding, worlds
from storage.boards import Wanted
from storage.rebuilding import Difference
from storage.sqlite import Tx, open_store
from storage.statuses import unit_status
from tests.acceptance import reading
from tests.acceptance.model import Model
from tests.acceptance.playing import CHIEF, COMMANDED, Player, Shares
from tests.acceptance.province import EVENING, LAST, ROOT, STARTS, ZONE, Province
from tests.acceptance.talking import CHANNEL, Talk
from tests.acceptance.truth import ALL_DAYS, Figures, Truth
from tests.stage import apply_roster

FORBIDDEN = (
    "UPDATE entries SET amounts = '{}'",
    "DELETE FROM entries",
    "UPDATE audit SET actor = 'nobody'",
    "DELETE FROM audit",
)


@dataclass(frozen=True)
class Books:
    """What the file says of itself; `permitted` are the forbidden statements that it lets through."""

    differences: list[Difference]
    entries: int
    superseding: int
    audited: Counter[str]
    permitted: list[str]


@dataclass(frozen=True)
class Evening:
    """What is shown on the last evening, by the unit's code: texts, boards, and figures as values."""

    folder: Path
    setting: Setting
    world: World
    truth: Truth
    done: Counter[str]
    statuses: Mapping[str, str]
    ranked: Mapping[str, str]
    summaries: Mapping[str, str]
    figures: Mapping[str, Figures]
    boards: Mapping[str, Board]
    books: Books

    def file(self, form: Format, unit: str) -> Path:
        """Print a file of a unit as the press does."""
        path = self.folder / f"{unit}.{form.value}"
        order = Order(form, "vneid", self.world.tree.by_code[unit.casefold()], LAST, "vi")
        make(Commission(self.folder / "tiendo.db", self.setting, EVENING, order), path)
        return path

    def names(self, units: list[str]) -> dict[str, str]:
        """Return the units' codes by their names."""
        return {self.world.tree[self.world.tree.by_code[code.casefold()]].name: code for code in units}


async def play(folder: Path, province: Province, seed: int, shares: Shares) -> Evening:
    """Play a campaign, each day in a unit of work, and look at everything."""
    config = province.config(folder)
    setting = setting_of(config)
    begins = datetime.combine(STARTS, time(0), ZONE)
    async with open_store(config.storage.path, create=True) as store:
        await store.write(partial(apply_roster, config=config, text=province.roster, now=begins))
        player = await store.write(partial(_gather, setting=setting, province=province, seed=seed, shares=shares))
        for day in ALL_DAYS:
            await store.write(partial(player.play_day, day=day))
        return await store.write(partial(_look, player=player, setting=setting, folder=folder))


def _gather(tx: Tx, setting: Setting, province: Province, seed: int, shares: Shares) -> Player:
    desk, world = Desk(setting, CHANNEL, "tiendo_bot"), worlds.load(tx, setting, STARTS)
    talk = Talk(desk, world, tx, datetime.combine(STARTS, time(1), ZONE))
    player = Player(talk, Model(province), Random(seed), shares)  # noqa: S311  (repeatable, guards nothing)
    player.settle_in()
    return player


def _look(tx: Tx, player: Player, setting: Setting, folder: Path) -> Evening:
    talk, province, campaign = player.talk, player.province, setting.campaigns[0]
    talk.tx, talk.moment = tx, EVENING
    world = worlds.load(tx, setting, LAST)
    asked_for = [ROOT, *province.districts, *list(province.wards)[::18]]
    statuses = {unit: unit_status(tx, world, campaign, unit, LAST) for unit in world.tree.units.values()}
    return Evening(
        folder,
        setting,
        world,
        Truth(player.model),
        player.done,
        {unit: talk.hear(CHIEF, f"/status {unit}")[0] for unit in asked_for},
        {unit: talk.hear(CHIEF + number, "/bxh")[0] for number, unit in enumerate(COMMANDED)},
        _summaries(tx, world, campaign),
        {unit.code: reading.of_status(status) for unit, status in statuses.items()},
        {unit: _board(tx, world, campaign, unit) for unit in COMMANDED},
        _books(tx, world),
    )


def _summaries(tx: Tx, world: World, campaign: Campaign) -> dict[str, str]:
    """Return the commanders' summaries of the day."""
    texts, at = Texts("vi", ZONE), time(17, 30)
    slot = Slot(campaign.code, 0, "summary", LAST, at, datetime.combine(LAST, at, ZONE).astimezone(UTC))
    pushes = summary(Beat(tx, world, campaign, slot, CHANNEL, {"vi": texts}, EVENING))
    return {push.facts["s"].status.unit.code: texts(push.message, late=False, **push.facts) for push in pushes}


def _board(tx: Tx, world: World, campaign: Campaign, unit: str) -> Board:
    race = boards.race(world, campaign, world.tree.by_code[unit.casefold()])
    assert race is not None
    return standing.read(tx, world, campaign, Wanted(race, campaign.main, BoardKind.SHARE, LAST, over=True))


def _books(tx: Tx, world: World) -> Books:
    return Books(
        rebuilding.compare(tx, world).first,
        tx.value("SELECT count(*) FROM entries"),
        tx.value("SELECT count(*) FROM entries WHERE supersedes IS NOT NULL AND state = 'accepted'"),
        Counter({row["what"]: row["n"] for row in tx.all("SELECT what, count(*) AS n FROM audit GROUP BY what")}),
        [statement for statement in FORBIDDEN if _runs(tx, statement)],
    )


def _runs(tx: Tx, statement: str) -> bool:
    try:
        with tx.attempt():
            tx.run(statement)
    except sqlite3.IntegrityError:
        return False
    return True
