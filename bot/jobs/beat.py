"""A beat: one push that falls due now, and what a job sees of the world when it does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.domain.campaign import Campaign
from bot.domain.messages import Button
from bot.domain.schedule import Slot
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from bot.render.texts import Texts
from storage import chats
from storage.chats import Chat
from storage.sqlite import Tx

Ladder = tuple[Slot, ...]
"""The slots of one campaign and job that fall due together, in order: the last one is seen to."""


@dataclass(frozen=True)
class Beat:
    """What a job works with. `late`: the slot is over by more than a moment; `missed`: days merged into it.

    `ladders` are those of this job that are seen to at this moment, of every campaign, this slot's among
    them, so that one message can speak for several campaigns.
    """

    tx: Tx
    world: World
    campaign: Campaign
    slot: Slot
    channel: str
    texts: Mapping[str, Texts]
    now: datetime
    late: bool = False
    missed: tuple[date, ...] = ()
    ladders: tuple[Ladder, ...] = ()

    @property
    def root(self) -> Unit:
        """Return the unit that the campaign covers; LookupError before the roster holds it."""
        root = self.world.root(self.campaign)
        if root is None:
            raise LookupError(self.campaign.root)
        return root

    @property
    def together(self) -> tuple[Ladder, ...]:
        """Return the ladders that one message may speak for; a slot that is merely looked at stands alone."""
        return self.ladders or ((self.slot,),)

    def groups(self) -> Iterator[tuple[Chat, Unit]]:
        """Yield the groups that belong to a unit of the campaign and can be reached, each with its unit."""
        for chat in chats.bound_groups(self.tx, self.channel):
            unit = self.world.tree.units.get(UnitId(chat.unit or 0))
            if unit is None or self.world.tree.is_closed(unit.id, self.slot.day):
                continue
            if self.world.tree.covers(self.root.id, unit.id):
                yield chat, unit

    def language(self, chat: Chat, person_language: str = "") -> str:
        """Return the language to use in a chat."""
        return person_language or chat.language or self.world.setting.language


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes after a push: its caption among the templates, with its facts, and the order to print."""

    message: str
    facts: Mapping[str, Any]
    paper: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Push:
    """What one chat is told: a message of the templates with its facts.

    `picture` is a recipe of a chart, painted when it is sent. `coalesce` lets a newer one take the place of
    one that still waits. `account` alone may press the buttons. `also` are slots of other campaigns that it
    speaks for too. After `expires` it is not sent any more. `enclosures` are files that follow, each once.
    """

    chat: Chat
    message: str
    facts: Mapping[str, Any]
    language: str = ""
    keyboard: tuple[tuple[Button, ...], ...] = ()
    account: int = 0
    subject: str = ""
    coalesce: str = ""
    picture: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Slot, ...] = ()
    expires: datetime | None = None
    enclosures: tuple[Enclosure, ...] = ()
