"""One rehearsal: the scene, its cast and everything that a page can do with it, wired together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from bot.domain.campaign import Campaign
from bot.rehearsal.botapi import Message, World
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.page import state
from bot.rehearsal.page.cast import Cast, Opening
from bot.rehearsal.page.crowd import Crowd, Progress
from bot.rehearsal.page.hours import Hours
from bot.rehearsal.page.stream import Feed
from bot.rehearsal.page.theatre import Theatre
from bot.rehearsal.page.trouble import Trouble
from handlers.answering import example

Json = dict[str, Any]


class Rehearsal:
    """What stands behind the page."""

    def __init__(self, theatre: Theatre) -> None:
        self.theatre = theatre
        self.world: World = theatre.server.world
        self.hours = Hours(theatre)
        self.cast = Cast(theatre, self.hours)
        self.crowd = Crowd(theatre, self.hours, self.cast)
        self.trouble = Trouble(theatre, self.hours, self.cast)
        self.feed = Feed(theatre.server, self.chat_line, self.bubble)
        self._opening: Opening | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Set the opening scene, and tell pages from then on what changes."""
        self._opening = await self.cast.open()
        self.hours.moved = self._tell_hours
        self.trouble.changed = self._tell_trouble
        self.crowd.told = self._tell_progress
        self.hours.moved()
        self.trouble.changed()

    def begin(self) -> None:
        """Let the clock tick, and pages be told, until `end`."""
        self._tasks = [asyncio.create_task(self.hours.run()), asyncio.create_task(self.feed.run())]

    async def end(self) -> None:
        """Stop the clock."""
        await self.trouble.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def ended(self) -> None:
        """Wait, for ever, unless something ends by a fault: that is raised."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    def bubble(self, message: Message) -> Json:
        """Return a message as the page shows it."""
        return state.message(message, self.theatre.config.zone)

    def chat_line(self, chat: Chat) -> Json:
        """Return a chat as the page lists it."""
        return state.chat(chat, self.cast, self.theatre.config.zone)

    async def setting(self) -> Json:
        """Return what does not change: language, bot, campaigns, units, and what is shown first."""
        world = await self.theatre.world()
        campaigns = self.theatre.setting.active
        parents = {key: world.tree[unit.parent].name for key, unit in world.tree.units.items() if unit.parent}
        return {
            "language": self.theatre.config.language,
            "bot": {"name": self.world.bot.name, "username": self.world.bot.username},
            "campaigns": [{"name": each.name, "example": self._example(each)} for each in campaigns],
            "units": [
                {
                    "code": unit.code,
                    "name": unit.name,
                    "in": parents.get(key, ""),
                    "reports": [n for n, each in enumerate(campaigns) if key in world.reporting.get(each.code, ())],
                }
                for key, unit in world.tree.units.items()
            ],
            "phones": self._phones(),
        }

    def _example(self, campaign: Campaign) -> str:
        """Return a line that reports in this campaign, whatever others there are."""
        line = example(campaign)
        return line if len(self.theatre.setting.active) == 1 else f"{campaign.code} {line}"

    def _phones(self) -> list[Json]:
        if self._opening is None:
            return []
        officer, commander, group = self._opening.officer, self._opening.commander, self._opening.group
        shown = group if group.migrated_to is None else group.migrated_to
        return [{"chat": officer.id, "person": officer.id}, {"chat": shown.id, "person": commander.id}]

    def _tell_hours(self) -> None:
        self.feed.tell("hours", state.hours(self.hours))
        self.feed.tell("pushes", state.pushes(self.hours))
        self.feed.tell("bot", self.trouble.bot_card())

    def _tell_trouble(self) -> None:
        self.feed.tell("trouble", self.trouble.card())
        self.feed.tell("bot", self.trouble.bot_card())

    def _tell_progress(self, progress: Progress | None) -> None:
        self.feed.tell("progress", asdict(progress) if progress else None)


@asynccontextmanager
async def rehearsing(theatre: Theatre) -> AsyncIterator[Rehearsal]:
    """Raise the curtain and let its clock tick beside the block."""
    rehearsal = Rehearsal(theatre)
    await rehearsal.open()
    rehearsal.begin()
    try:
        yield rehearsal
    finally:
        await rehearsal.end()
