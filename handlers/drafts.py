"""Drafts: reports that are half done, kept in the file with the messages that answered their questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.domain import days
from bot.domain.campaign import Campaign, Key, Metric
from bot.domain.tally import Amount
from bot.domain.units import Unit
from handlers import meaning
from handlers.turn import Turn
from storage import dialogues
from storage.dialogues import Dialogue

OPEN = "report"
DONE = "reported"  # recorded; kept so that an answer can still be mended by editing it
LAG = 2 * 86_400  # messages may come a day late, so a draft outlives the day that ends it


@dataclass(frozen=True, slots=True)
class Draft:
    """The answers so far, how many metrics have been asked about, and when (Unix seconds) it ends.

    `answers` holds the metric's code for each message that answered a question.
    """

    campaign: Campaign
    unit: Unit
    day: date
    amounts: Mapping[Key, Amount] = field(default_factory=dict)
    asked: int = 0
    ends: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def metric(self) -> Metric | None:
        """Return the metric to ask about; None when all have been."""
        counted = self.campaign.counted
        return counted[self.asked] if self.asked < len(counted) else None

    @property
    def step(self) -> str:
        """Name the present question: a button of another one is stale."""
        return f"{self.campaign.code}:{self.unit.id}:{self.day.isoformat()}:{self.asked}"

    def answered(self, amounts: Mapping[Key, Amount], message: int) -> "Draft":
        """Return the draft with the present question answered (an empty answer skips it)."""
        code = self.metric.code if self.metric else ""
        answers = {**self.answers, str(message): code} if amounts else self.answers
        return replace(self, amounts={**self.amounts, **amounts}, asked=self.asked + 1, answers=answers)

    def dump(self) -> dict[str, Any]:
        """Return what is kept in the file."""
        return {
            "campaign": self.campaign.code,
            "unit": self.unit.id,
            "day": self.day.isoformat(),
            "amounts": {str(key): [amount.value, amount.signed] for key, amount in self.amounts.items()},
            "asked": self.asked,
            "ends": self.ends,
            "answers": dict(self.answers),
        }


def load(turn: Turn, data: Mapping[str, Any]) -> Draft | None:
    """Read what `dump` wrote; None when config or roster no longer have its campaign and unit as they were."""
    campaign, unit = turn.world.setting.campaign(data["campaign"]), _unit(turn, data)
    amounts = {Key.parse(key): Amount(*amount) for key, amount in data["amounts"].items()}
    if campaign is None or unit is None or not set(amounts) <= set(campaign.keys):
        return None
    day = date.fromisoformat(data["day"])
    return Draft(campaign, unit, day, amounts, data["asked"], data["ends"], data["answers"])


def _unit(turn: Turn, data: Mapping[str, Any]) -> Unit | None:
    """Return the draft's unit; in former versions nobody had several."""
    return turn.world.tree.units.get(data["unit"]) if "unit" in data else meaning.own_unit(turn)


def new(turn: Turn, campaign: Campaign, unit: Unit, day: date) -> Draft:
    """Begin a draft, which ends when the day on which it was begun closes."""
    today = turn.world.today(campaign, turn.incoming.moment)
    closes = days.closes(today, turn.world.setting.zone, campaign)
    return Draft(campaign, unit, day, ends=int(closes.timestamp()))


def keep(turn: Turn, draft: Draft, kind: str = OPEN) -> None:
    """Store the draft in the place of the one before."""
    dialogue = Dialogue(turn.chat.id, turn.known.id, kind, draft.dump())
    dialogues.begin(turn.tx, dialogue, draft.ends + LAG)


def current(turn: Turn) -> Draft | None:
    """Return the speaker's open draft. One whose day has closed ends with one hint, and is not returned."""
    draft = found(turn, OPEN)
    if draft is None or turn.incoming.moment.timestamp() < draft.ends:
        return draft
    end(turn)
    turn.say("guided.expired", day=draft.day, campaign=draft.campaign)
    return None


def found(turn: Turn, kind: str) -> Draft | None:
    """Return the draft of this kind that is kept for the speaker here, or None."""
    if turn.person is None:
        return None
    dialogue = dialogues.current(turn.tx, turn.chat.id, turn.person.id, turn.now)
    return load(turn, dialogue.data) if dialogue is not None and dialogue.kind == kind else None


def end(turn: Turn) -> None:
    """Forget the draft."""
    dialogues.end(turn.tx, turn.chat.id, turn.known.id)
