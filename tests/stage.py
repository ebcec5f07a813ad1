"""The stage: a scene with the moves that conversations are made of."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import Press, running, setting_of
from bot.config import Config
from bot.domain.papers import Order, file_name
from bot.domain.roster import Roster, diff, read_roster
from bot.domain.series import Chart
from bot.pictures import Painter
from bot.rehearsal import scene
from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.limits import Limits as ServerLimits
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from bot.rehearsal.botapi.server import BotApiServer
from bot.rehearsal.clocks import ManualClock
from bot.rehearsal.scene import Scene
from storage import rebuilding, rosters
from storage.invites import InviteKind
from storage.sqlite import Tx, open_store
from tests import blank, cast


def table(text: str, config: Config) -> Roster:
    """Read a roster that is well."""
    header, *rows = csv.reader(io.StringIO(text))
    roster = read_roster(header, [(n, row) for n, row in enumerate(rows, 2)], config.campaigns)
    assert isinstance(roster, Roster), roster
    return roster


def apply_roster(tx: Tx, config: Config, text: str, now: datetime) -> None:
    """Import a roster as `tiendo roster import --apply` does."""
    day = now.astimezone(config.zone).date()
    stored = rosters.stored(tx, config.campaigns, day)
    rosters.apply(tx, diff(stored, table(text, config)), day, int(now.timestamp()))


class Stage(Scene):
    """One running bot with its world."""

    async def join(self, unit: str, name: str = "Cán bộ", **kind: Any) -> User:
        """Let a new person open an invite link."""
        user = self.server.world.add_user(name)
        user.private.send(f"/start {await self.code(unit, **kind)}")
        await self.settle()
        return user

    async def admin(self) -> User:
        """Let the admin of the config open the chat."""
        user = self.server.world.add_user("Quản trị", user_id=cast.ADMIN)
        user.private.send("/start")
        await self.settle()
        return user

    async def commander(self, unit: str, name: str = "Chỉ huy") -> User:
        """Let a new commander in, approved by the admin."""
        user = await self.join(unit, name, kind=InviteKind.COMMANDER)
        admin = self.server.world.users.get(cast.ADMIN) or await self.admin()
        newest = "SELECT ref FROM requests WHERE kind = 'join' ORDER BY id DESC"
        ref = await self.store.read(lambda tx: tx.value(newest))
        admin.private.send(f"/duyet {ref}")
        await self.settle()
        return user

    async def group(self, unit: str, owner: User, *members: User, title: str = "Nhóm") -> Group:
        """Make a group and bind it to a unit by its code."""
        group = self.server.world.add_group(title, [owner, *members])
        group.say(owner, f"/gan@tiendo_bot {await self.code(unit, InviteKind.GROUP)}")
        await self.settle()
        return group

    async def say(self, user: User, text: str) -> str:
        """Send one message in private and return the text of the answer."""
        before = len(user.private.from_bots())
        user.private.send(text)
        await self.settle()
        answers = user.private.from_bots()[before:]
        return answers[-1].text if answers else ""

    async def press(self, user: User, message: Message, label: str) -> str:
        """Press a button and return the newest text in the chat."""
        user.press(message, label)
        await self.settle()
        return message.chat.last().text

    async def check_sums(self) -> None:
        """Assert that everything derived is what the entries say."""
        world = await self.world()
        assert not await self.store.write(partial(rebuilding.rebuild, world=world))


@dataclass(frozen=True)
class Backstage:
    """What outlives the bot: the messenger's server, the clock, and a config whose data is there."""

    server: BotApiServer
    clock: ManualClock
    config: Config


@asynccontextmanager
async def backstage(
    folder: Path,
    *,
    roster: str = cast.ROSTER,
    start: datetime = cast.MORNING,
    limits: ServerLimits | None = None,
    **changes: Any,
) -> AsyncIterator[Backstage]:
    """Prepare server and data, for bots that come and go. The server's flood limits are off unless given."""
    clock = ManualClock(start)
    async with BotApiServer(clock, limits=limits) as server:
        config = cast.config(folder, server.base_url, **changes)
        blank.lay(config.storage.path)
        async with open_store(config.storage.path) as store:
            await store.write(partial(apply_roster, config=config, text=roster, now=clock.now()))
        yield Backstage(server, clock, config)


class QuickPainter:
    """A painter that is done at once: every chart is the same small PNG. `asked` holds the charts, in order."""

    PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)

    def __init__(self) -> None:
        self.asked: list[Chart] = []

    async def paint(self, chart: Chart) -> bytes:
        """Note the chart and return the PNG."""
        self.asked.append(chart)
        return self.PNG

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True)
class Paper:
    """A printed file."""

    path: Path
    name: str


class QuickPress:
    """A press that is done at once: a file holds its order. `asked` holds the orders, `printed` the files."""

    def __init__(self) -> None:
        self.asked: list[Order] = []
        self.printed: list[Path] = []

    async def print(self, stored: Mapping[str, Any]) -> Paper:
        """Note the order and write it into a file."""
        order = Order.read(stored)
        self.asked.append(order)
        with tempfile.NamedTemporaryFile("w", prefix="tiendo-test-", delete=False, encoding="utf-8") as file:
            file.write(repr(order))
        self.printed.append(Path(file.name))
        return Paper(Path(file.name), file_name(order.campaign, str(order.unit), order.until, order.format))

    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def stage(
    folder: Path, *, painter: Painter | None = None, press: Press | None = None, **wanted: Any
) -> AsyncIterator[Stage]:
    """Set the stage as `backstage` does, with the bot on it."""
    async with (
        backstage(folder, **wanted) as ready,
        perform(ready.server, ready.clock, ready.config, painter, press) as playing,
    ):
        yield playing


@asynccontextmanager
async def perform(
    server: BotApiServer,
    clock: ManualClock,
    config: Config,
    painter: Painter | None = None,
    press: Press | None = None,
) -> AsyncIterator[Stage]:
    """Run the bot on data that is there already: a start, or a start again."""
    start = partial(running, painter=painter or QuickPainter(), press=press or QuickPress())
    async with scene.play(server, clock, config, setting_of(config), start) as playing:
        bot = Stage(server, clock, config, playing.setting, playing.app, playing.task)
        await bot.look()  # as the bot itself does first thing; here, so that no test outruns it
        yield bot
