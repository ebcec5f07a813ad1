"""Announcements on their way: told to everybody below, reported on until nobody is left, held while it is quiet."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain import days
from bot.domain.announcement import Delivery
from bot.domain.messages import Outgoing, Priority
from bot.domain.units import Unit, UnitId
from bot.domain.world import World
from bot.render.texts import Texts
from storage import announcements, audit, chats, outbox, people
from storage.announcements import Announcement, Recipient, State
from storage.chats import Chat
from storage.sqlite import Tx

STALE = timedelta(days=1)
"""After it an announcement that could not be delivered is not delivered any more."""


@dataclass(frozen=True, slots=True)
class Crier:
    """What announcing needs of the moment."""

    tx: Tx
    world: World
    channel: str
    texts: Mapping[str, Texts]
    now: datetime

    @property
    def instant(self) -> int:
        """Return the moment in seconds."""
        return int(self.now.timestamp())

    @property
    def quiet(self) -> bool:
        """Tell whether nothing may be pushed at this moment."""
        setting = self.world.setting
        return setting.calendar.is_quiet(self.now.astimezone(setting.zone).time())

    @property
    def opens(self) -> datetime:
        """Return when the quiet hours end, by the campaigns' wall clock."""
        setting = self.world.setting
        return days.local(days.awake(self.now, setting.zone, setting.calendar), setting.zone)

    def texts_of(self, chat: Chat, language: str = "") -> Texts:
        """Return the texts to use in a chat."""
        return self.texts[language or chat.language or self.world.setting.language]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an announcement has come: with people, and with groups."""

    people: Delivery
    groups: Delivery

    @property
    def done(self) -> bool:
        """Tell whether nobody waits any more."""
        return not self.people.waiting and not self.groups.waiting


def recipients(crier: Crier, announcement: Announcement) -> list[Recipient]:
    """Return the accounts that are told: all below the unit, but for the author's own."""
    below = frozenset(crier.world.tree.below(announcement.unit))
    return announcements.recipients(crier.tx, crier.channel, below, announcement.person)


def groups(crier: Crier, unit: UnitId) -> list[Chat]:
    """Return the groups of the unit and of those below it."""
    tree = crier.world.tree
    bound = chats.bound_groups(crier.tx, crier.channel)
    return [chat for chat in bound if chat.unit in tree.units and tree.covers(unit, UnitId(chat.unit or 0))]


def spread(crier: Crier, announcement: Announcement) -> int:
    """Queue an announcement for everybody, once; return for how many people and groups."""
    told, signed = recipients(crier, announcement), facts(crier, announcement)
    for each in told:
        _queue(crier, announcement, each.chat, signed, each.language)
    heard = groups(crier, announcement.unit) if announcement.with_groups else []
    for chat in heard:
        _queue(crier, announcement, chat, signed)
    unit, actor = crier.world.tree[announcement.unit].code, f"person:{announcement.person}"
    counts = {"people": len(told), "groups": len(heard)}
    audit.note(crier.tx, crier.instant, actor, "announcement sent", ref=announcement.ref, unit=unit, **counts)
    return len(told) + len(heard)


def _queue(crier: Crier, announcement: Announcement, chat: Chat, signed: Mapping[str, Any], language: str = "") -> None:
    texts = crier.texts_of(chat, language)
    outgoing = Outgoing(
        "send",
        texts("announce.announcement", **signed),
        thread=chat.thread,
        subject=announcements.subject(announcement, chat.external),
        priority=Priority.PUSH,
        repeatable=False,
        expires=crier.now + STALE,
    )
    outbox.put(crier.tx, chat.id, outgoing, crier.instant)


def facts(crier: Crier, announcement: Announcement) -> dict[str, Any]:
    """Return what `announce.announcement` is made of: the words, and who signs them for which unit."""
    path = crier.world.tree.path(announcement.unit)
    posts = (unit for unit in path if announcement.person in people.commanders(crier.tx, [unit]))
    unit = crier.world.tree[next(posts, announcement.unit)]
    return {"text": announcement.text, "name": people.name(crier.tx, announcement.person), "unit": unit}


def reach(tx: Tx, announcement: Announcement) -> Reach:
    """Return how far an announcement has come."""
    states = announcements.states(tx, announcement)
    return Reach(
        Delivery.of(state for external, state in states.items() if external > 0),
        Delivery.of(state for external, state in states.items() if external < 0),
    )


def unreached(crier: Crier, announcement: Announcement) -> list[Unit]:
    """Return the reporting units below none of whose officers was reached."""
    states = announcements.states(crier.tx, announcement)
    heard = {
        unit
        for each in recipients(crier, announcement)
        if states.get(each.account) in {"sent", "unknown"}
        for unit in each.units
    }
    world, today = crier.world, crier.world.day
    reporting = frozenset[UnitId]().union(*world.reporting.values())
    below = (unit for unit in world.tree.below(announcement.unit) if unit in reporting)
    return [world.tree[unit] for unit in below if unit not in heard and not world.tree.is_closed(unit, today)]


def tell(tx: Tx, world: World, texts: Mapping[str, Texts], channel: str, now: datetime) -> None:
    """Let out what was held while it was quiet, and bring the reports on all others up to date."""
    crier = Crier(tx, world, channel, texts, now)
    for announcement in announcements.unfinished(crier.tx):
        if announcement.unit not in crier.world.tree.units:
            announcements.note_shown(crier.tx, announcement, announcement.shown, crier.instant)
        elif announcement.state is State.SENT:
            _report(crier, announcement)
        elif not crier.quiet:
            _let_out(crier, announcement)


def _let_out(crier: Crier, announcement: Announcement) -> None:
    """Send what was held, unless its author has lost the command meanwhile, or it has grown old."""
    fresh = crier.instant - (announcement.sent or 0) < STALE.total_seconds()
    to = State.SENT if fresh and _still_commands(crier, announcement) else State.CANCELLED
    if announcements.move(crier.tx, announcement, (State.HELD,), to, crier.instant):
        if to is State.SENT:
            spread(crier, announcement)
            _report(crier, announcement)
        else:
            _rewrite(crier, announcement, "announce.cancelled", ref=announcement.ref)


def _still_commands(crier: Crier, announcement: Announcement) -> bool:
    accounts = people.accounts(crier.tx, crier.channel, announcement.person)
    above = people.commanders(crier.tx, crier.world.tree.path(announcement.unit))
    return announcement.person in above or any(account in crier.world.setting.admins for account in accounts)


def _report(crier: Crier, announcement: Announcement) -> None:
    """Show how far it has come, where that has changed; say the last word once nobody waits any more."""
    found = reach(crier.tx, announcement)
    shown = json.dumps(asdict(found))
    if shown != announcement.shown:
        _rewrite(crier, announcement, "announce.report", ref=announcement.ref, reach=found)
    if found.done:
        chat = chats.get(crier.tx, announcement.chat)
        units = unreached(crier, announcement)
        html = crier.texts_of(chat)("announce.concluded", ref=announcement.ref, reach=found, units=units)
        outbox.put(crier.tx, chat.id, Outgoing("send", html), crier.instant)
    if shown != announcement.shown or found.done:
        concluded = crier.instant if found.done else None
        announcements.note_shown(crier.tx, announcement, shown, concluded)


def _rewrite(crier: Crier, announcement: Announcement, message: str, /, **told: Any) -> None:
    posted = outbox.find(crier.tx, desk_subject(announcement))
    if posted is not None:
        html = crier.texts_of(chats.get(crier.tx, posted.chat))(message, **told)
        edit = Outgoing("edit", html, edits=posted.id, coalesce=desk_subject(announcement))
        outbox.put(crier.tx, posted.chat, edit, crier.instant)


def desk_subject(announcement: Announcement) -> str:
    """Return the word in the outbox for the message under which its author decides, and reads how far it came."""
    return f"announcement:{announcement.ref}"
