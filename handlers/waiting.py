"""Waiting lines: a good line that is kept until its author says for which unit or campaign it is.

It then counts as if that had been said in it: for the day and the time at which it was written, and with
its own message to edit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain import days
from bot.domain.campaign import Campaign
from bot.domain.messages import Incoming, Said
from bot.domain.units import Unit
from handlers import drafts, meaning
from handlers.turn import Turn
from storage import dialogues
from storage.dialogues import Dialogue

KIND = "line"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was said, with what is known of it so far. `at`, `moment` and `ends` are Unix seconds."""

    text: str
    update: int
    message: int
    at: int
    moment: int
    ends: int
    unit: Unit | None = None
    campaign: Campaign | None = None

    def said_in(self, answer: Incoming) -> Incoming:
        """Return the line as if it were said now, at the place where the answer about it was given."""
        return answer._replace(
            update=self.update,
            said=Said.TEXT,
            at=datetime.fromtimestamp(self.at, UTC),
            moment=datetime.fromtimestamp(self.moment, UTC),
            message=self.message,
            text=self.text,
            reply_to=0,
        )


def keep(turn: Turn, text: str, campaigns: Iterable[Campaign], unit: Unit | None, campaign: Campaign | None) -> None:
    """Keep what was said until its day has closed in all of the campaigns; what waited before it is given up."""
    if not give_up(turn) and drafts.current(turn) is not None:
        turn.say("guided.cancelled")
    said, zone = turn.incoming, turn.world.setting.zone
    closes = max(days.closes(turn.world.today(each, said.moment), zone, each) for each in campaigns)
    ends = int(closes.timestamp())
    data = {
        "text": text,
        "update": said.update,
        "message": said.message,
        "at": int(said.at.timestamp()),
        "moment": int(said.moment.timestamp()),
        "ends": ends,
        "unit": unit.code if unit else "",
        "campaign": campaign.code if campaign else "",
    }
    dialogues.begin(turn.tx, Dialogue(turn.chat.id, turn.known.id, KIND, data), ends + drafts.LAG)


def current(turn: Turn) -> Line | None:
    """Return the speaker's line that waits here, or None; also where its unit or campaign is no longer theirs."""
    dialogue = dialogues.current(turn.tx, turn.chat.id, turn.person.id, turn.now) if turn.person else None
    if dialogue is None or dialogue.kind != KIND:
        return None
    known = dict(dialogue.data)
    unit = next((each for each in meaning.own_units(turn) if each.code == known["unit"]), None)
    campaign = turn.world.setting.campaign(known["campaign"])
    if (known["unit"] and unit is None) or (known["campaign"] and campaign is None):
        return None
    return Line(**{**known, "unit": unit, "campaign": campaign})


def end(turn: Turn) -> None:
    """Forget the line: it has been taken."""
    dialogues.end(turn.tx, turn.chat.id, turn.known.id)


def give_up(turn: Turn) -> bool:
    """Give the line up, and say so where it was asked about; False where none waits."""
    line = current(turn)
    if line is None:
        return False
    end(turn)
    turn.rewrite(subject(turn, line.message), "report.line_given_up", text=line.text)
    return True


def subject(turn: Turn, message: int) -> str:
    """Name the question about the line of a message."""
    return f"line:{turn.chat.id}:{message}"
