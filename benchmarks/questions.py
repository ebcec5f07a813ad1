"""Questions: a nation with its past in a file, and what people and jobs ask of it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks import country, history
from benchmarks.history import Past
from benchmarks.people import WEEK
from bot.app import SystemClock
from bot.config import Config
from bot.domain import boards
from bot.domain.campaign import BoardKind, Campaign
from bot.domain.recipes import Kind, Recipe
from bot.domain.schedule import Slot
from bot.domain.series import Chart
from bot.domain.silence import silence
from bot.domain.units import Unit
from bot.domain.world import World
from bot.jobs.beat import Beat
from bot.jobs.summary import MOST_HIGHLIGHTS, Review, summary
from bot.render.texts import Texts
from storage import boards as standing
from storage import progress, series
from storage.boards import Wanted
from storage.people import Role
from storage.sqlite import Tx, open_store
from storage.statuses import unit_status

FIRST_COMMANDER = country.FIRST_ACCOUNT + 1_000_000


@dataclass(frozen=True, slots=True)
class Nation:
    """A country with its past, in a file; `now` is half past five on its last day."""

    config: Config
    path: Path
    past: Past
    now: datetime

    @property
    def campaign(self) -> Campaign:
        """Return its one campaign."""
        return self.config.campaigns[0]

    @property
    def day(self) -> date:
        """Return the last day."""
        return self.past.last


async def found(folder: Path, wards: int, days: int, *, tell: bool = False) -> Nation:
    """Make the file: the roster, people, and so many days of reports that end today."""
    clock = SystemClock()
    today = clock.now().date()
    starts = today - timedelta(days - 1)
    data = country.settings(folder, starts=starts, deadline=today + timedelta(30), metrics=len(country.METRICS))
    data |= {"web": {"listen": ""}, "calendar": {"working_days": WEEK}}
    config = Config.model_validate(data, context={"folder": folder})
    begun = datetime.combine(starts, history.MORNING, config.zone)
    await country.settle(config, country.country(wards, len(country.METRICS)), begun, wards)
    async with open_store(config.storage.path) as store:
        await store.write(partial(_appoint, at=int(begun.timestamp())))
    past = Past(today, days, len(country.METRICS), config.zone)
    await asyncio.to_thread(history.write, config.storage.path, past, tell=tell)
    evening = datetime.combine(today, history.EVENING, config.zone) - timedelta(minutes=30)
    return Nation(config, country.write(folder, data), past, evening.astimezone(UTC))


def _appoint(tx: Tx, at: int) -> None:
    """Appoint a commander for every unit above the wards."""
    for number, row in enumerate(tx.all("SELECT id, name FROM units WHERE level <> 'xã' ORDER BY id")):
        country.appoint(tx, FIRST_COMMANDER + number, f"Chỉ huy {row['name']}", Role.COMMANDER, row["id"], at)


@dataclass(frozen=True, slots=True)
class Sight:
    """What questions are asked of: the world as it is loaded once, and the words."""

    nation: Nation
    world: World
    texts: Texts

    @property
    def root(self) -> Unit:
        """Return the country."""
        root = self.world.root(self.nation.campaign)
        if root is None:
            raise LookupError(self.nation.campaign.root)
        return root

    def units(self, level: str) -> list[Unit]:
        """Return the units of a level."""
        return [unit for unit in self.world.tree.units.values() if unit.level == level]

    def status(self, tx: Tx, unit: Unit) -> str:
        """Answer `/status`."""
        found = unit_status(tx, self.world, self.nation.campaign, unit, self.nation.day)
        return self.texts("status.status", statuses=[(found, self.nation.day)])

    def board(self, tx: Tx, unit: Unit) -> str:
        """Answer `/bxh`."""
        campaign, day = self.nation.campaign, self.nation.day
        race = boards.race(self.world, campaign, unit.id)
        if race is None:
            raise LookupError(unit.code)
        board = standing.read(tx, self.world, campaign, Wanted(race, campaign.main, BoardKind.SHARE, day, over=True))
        at = int(self.nation.now.timestamp())
        return self.texts("board.board", board=board, at=at, closed=False, late=False)

    def missing(self, tx: Tx, unit: Unit) -> str:
        """Answer `/thieu`."""
        campaign, day = self.nation.campaign, self.nation.day
        silent = progress.missing(tx, self.world, campaign.code, unit.id, day)
        found = silence(self.world, campaign, unit, day, silent, ())
        return self.texts("missing.missing", silence=found, today=day)

    def summary(self, tx: Tx, unit: Unit) -> str:
        """Word the day's summary for a commander."""
        review = Review(self.beat(tx), self.nation.day)
        return self.texts("summary.commander", s=review.of(unit, MOST_HIGHLIGHTS), late=False)

    def summaries(self, tx: Tx) -> int:
        """Word the summaries of all commanders; return how many."""
        texts = [self.texts(push.message, late=False, **push.facts) for push in summary(self.beat(tx))]
        return len(texts)

    def beat(self, tx: Tx) -> Beat:
        """Return the beat of the summary at half past five."""
        now = self.nation.now
        at = now.astimezone(self.nation.config.zone).time()
        slot = Slot(self.nation.campaign.code, 0, "summary", self.nation.day, at, now)
        return Beat(tx, self.world, self.nation.campaign, slot, country.CHANNEL, {"vi": self.texts}, now)

    def chart(self, tx: Tx, kind: Kind) -> Chart:
        """Read what a chart of the country shows."""
        recipe = Recipe(kind, self.nation.campaign.code, self.root.id, self.nation.day, "vi", over=True)
        return series.chart(tx, self.world, recipe)
