"""The stage: the real bot against the embedded Bot API server, over HTTP, on a clock moved by hand."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import App, running, setting_of
from bot.channels.telegram import TelegramChannel
from bot.config import Config
from bot.domain.roster import Roster, diff, read_roster
from bot.domain.world import World
from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.limits import Limits as ServerLimits
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from bot.rehearsal.botapi.server import BotApiServer
from bot.rehearsal.clocks import ManualClock
from storage import invites, rebuilding, rosters, worlds
from storage.invites import InviteKind
from storage.sqlite import Store, Tx, open_store
from tests import cast


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


PATIENCE_S = 60


def _waits(tx: Tx) -> bool:
    return tx.one("SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending') LIMIT 1") is not None


@dataclass
class Stage:
    """One running bot with its world."""

    server: BotApiServer
    clock: ManualClock
    config: Config
    app: App
    task: "asyncio.Task[None]"

    @property
    def store(self) -> Store:
        return self.app.store

    async def settle(self) -> None:
        """Wait until everything said was taken in and everything that can be answered now was."""
        waiting = asyncio.ensure_future(self._settled())
        done, _ = await asyncio.wait((waiting, self.task), return_when=asyncio.FIRST_COMPLETED)
        if waiting not in done:
            waiting.cancel()
        for each in done:
            each.result()

    async def _settled(self) -> None:
        await self.app.ready.wait()
        for _ in range(PATIENCE_S):
            await self.server.drained()
            await self.app.courier.idle()
            if not await self.store.read(_waits):
                return
            self.clock.advance(1)  # what waits for its turn in a chat gets it a second later
        raise TimeoutError("something still waits to be sent")

    async def code(self, unit: str, kind: InviteKind = InviteKind.OFFICER, *, uses: int = 1, days: int = 14) -> str:
        """Issue a code as the command line does."""
        now = int(self.clock.now().timestamp())
        world = await self.world()
        found = world.tree.find(unit)
        assert found is not None
        issue = partial(invites.issue, kind=kind, unit=found.id, uses=uses, expires=now + days * 86_400, now=now)
        return await self.store.write(issue)

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
        admin = self.server.world.user(cast.ADMIN) or await self.admin()
        admin.private.send("/duyet")
        await self.settle()
        ref = admin.private.last().text.split("#")[1].split()[0]
        admin.private.send(f"/duyet {ref}")
        await self.settle()
        return user

    async def group(self, unit: str, owner: User, *members: User, title: str = "Nhóm") -> Group:
        """Make a group and bind it to a unit by its code."""
        group = self.server.world.add_group(title, owner, *members)
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

    async def world(self) -> World:
        day = self.clock.now().astimezone(self.config.zone).date()
        return await self.store.read(partial(worlds.load, setting=setting_of(self.config), day=day))

    async def check_sums(self) -> None:
        """Assert that everything derived is what the entries say."""
        world = await self.world()
        assert await self.store.write(partial(rebuilding.rebuild, world=world)) == []


@asynccontextmanager
async def stage(
    folder: Path,
    *,
    roster: str = cast.ROSTER,
    start: datetime = cast.MORNING,
    limits: ServerLimits | None = None,
    **changes: Any,
) -> AsyncIterator[Stage]:
    """Set the stage: server, data, bot. The server's flood limits are off unless given."""
    clock = ManualClock(start)
    async with BotApiServer(clock, limits=limits) as server:
        config = cast.config(folder, server.base_url, **changes)
        async with open_store(config.storage.path, create=True) as store:
            await store.write(partial(apply_roster, config=config, text=roster, now=clock.now()))
        async with perform(server, clock, config) as playing:
            yield playing


@asynccontextmanager
async def perform(server: BotApiServer, clock: ManualClock, config: Config) -> AsyncIterator[Stage]:
    """Run the bot on data that is there already: a start, or a start again."""
    channel = TelegramChannel(server.token, server.base_url, clock)
    async with running(config, channel, clock) as (app, task):
        playing = Stage(server, clock, config, app, task)
        await playing.settle()
        yield playing
