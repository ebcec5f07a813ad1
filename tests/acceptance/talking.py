"""Talking: what accounts say to the desk, and what it answers them; without a messenger between."""

import html
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain.messages import Incoming, Place, Said, Speaker
from bot.domain.units import UnitId
from bot.domain.world import World
from handlers.desk import Desk
from storage import chats, people
from storage.people import Role
from storage.sqlite import Tx
from tests.acceptance.model import Voice
from tests.acceptance.province import reporting_day

CHANNEL = "telegram"
AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Sent:
    """A message of somebody, as it is known when it is edited."""

    account: int
    number: int
    at: datetime


@dataclass
class Talk:
    """Everybody who talks to the bot, at one moment in one transaction."""

    desk: Desk
    world: World
    tx: Tx
    moment: datetime
    persons: dict[int, int] = field(default_factory=dict)
    said: int = 0
    _heard: int = 0

    @property
    def today(self) -> date:
        """Return the reporting day of the moment."""
        return reporting_day(self.moment)

    def unit(self, code: str) -> UnitId:
        """Return a unit of the roster by its code."""
        return self.world.tree.by_code[code.casefold()]

    def voice(self, account: int) -> Voice:
        """Return who would be speaking now."""
        return Voice(self.persons[account], self.moment)

    def enrol(self, account: int, role: Role, code: str) -> None:
        """Give a post to somebody new."""
        now = int(self.moment.timestamp())
        self.persons[account] = people.enrol(self.tx, CHANNEL, account, name=f"Đồng chí {account}", now=now)
        people.appoint(self.tx, self.persons[account], role, self.unit(code), now)
        chats.meet(self.tx, CHANNEL, account, private=True)

    def redeem(self, account: int, code: str) -> str:
        """Let somebody new come in by an invite, and return the first answer."""
        answer = self.hear(account, f"/start {code}")[0]
        person = people.find(self.tx, CHANNEL, account)
        assert person is not None, answer
        self.persons[account] = person.id
        return answer

    def hear(self, account: int, text: str, edits: Sent | None = None, delay: timedelta = AT_ONCE) -> list[str]:
        """Let an account say something, which arrives after a delay, and return what the bot answers it."""
        self.said += 1
        incoming = Incoming(
            self.said,
            Said.EDIT if edits else Said.TEXT,
            Place(account, private=True),
            Speaker(account, f"Đồng chí {account}"),
            at=edits.at if edits else self.moment,
            moment=self.moment,
            message=edits.number if edits else self.said,
            text=text,
        )
        self.desk.receive(self.tx, incoming, self.moment + delay)
        return self._answers(account)

    def _answers(self, account: int) -> list[str]:
        rows = self.tx.all(
            "SELECT o.id, o.verb, o.payload, c.external FROM outbox o JOIN chats c ON c.id = o.chat WHERE o.id > ?"
            " ORDER BY o.id",
            (self._heard,),
        )
        self._heard = max((row["id"] for row in rows), default=self._heard)
        mine = (row for row in rows if (row["verb"], row["external"]) == ("send", account))
        return [html.unescape(json.loads(row["payload"])["html"]) for row in mine]
