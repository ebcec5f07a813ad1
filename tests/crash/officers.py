"""Officers who keep reporting while the bot is killed, and the plain arithmetic of what they have said."""

import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.people import User
from bot.rehearsal.botapi.server import BotApiServer

Values = dict[str, int]
METRICS = ("tn", "kh")
FIRST_QUESTION = "Thu nhận hôm nay"
ZERO = "0"  # the label of the button that answers a question with nought


class How(Enum):
    """Tell how a statement changes what stands for its day."""

    SET = auto()
    ADD = auto()
    MEND = auto()  # the message of the newest ADD is edited, perhaps not for the first time
    UNDO = auto()  # what stood before stands again; undone twice, it is back


class Statement(NamedTuple):
    """One thing that an officer has said about a day (its date), under the number of its update."""

    update: int
    day: str
    how: How
    given: Values
    heard: str = ""  # the day on which it was said


def standing(said: Iterable[Statement]) -> Values:
    """Return what stands after these statements about one day."""
    now: Values = {}
    before: Values = {}  # what undoing brings back
    base: Values = {}  # what the newest message was said on top of
    for each in said:
        base = base if each.how is How.MEND else now
        match each.how:
            case How.UNDO:
                now, before = before, now
            case How.SET:
                now, before = base | each.given, now
            case How.ADD | How.MEND:
                now, before = base | {name: base.get(name, 0) + n for name, n in each.given.items()}, now
    return now


@dataclass(repr=False)
class Officer:
    """One officer at the phone: speaks, and keeps a list of what was said. `dated` names the day before as 1.

    Without `presses` questions are answered by typing: the messenger forgets a press after minutes.
    """

    ward: str
    user: User
    server: BotApiServer
    chance: random.Random
    dated: Callable[[int], str]
    presses: bool = True
    said: list[Statement] = field(default_factory=list)
    _newest: Message | None = None  # the message of the last statement, if editing it replaces what it said
    _lines: list[tuple[Message, Values]] = field(default_factory=list)  # today's lines of both numbers
    _asked: tuple[int, Values] | None = None  # the /baocao that runs: its message and the answers so far
    _pressed: set[str] = field(default_factory=set)

    @property
    def today(self) -> str:
        """Return the date on the officer's calendar."""
        return self.dated(0)

    def must_stand(self, day: str) -> Values:
        """Return what the bot must hold for a day once it has heard everything."""
        return standing(each for each in self.said if each.day == day)

    @property
    def days(self) -> set[str]:
        """Return the days that were spoken of."""
        return {each.day for each in self.said}

    def sleep_over_it(self) -> None:
        """Let the day end: what was half done is left, and its messages are not edited any more."""
        self._newest, self._asked = None, None
        self._lines.clear()

    def speak(self) -> None:
        """Say one more thing, chosen by chance."""
        if self._asked is not None:
            self._answer(*self._asked)
            return
        moves = {
            self._line: 30,
            self._line_of_yesterday: 6,
            self._adjust: 36,
            self._edit: 10,
            self._edit_too_late: 4,
            self._undo: 5,
            self._begin: 6,
            self._ask_status: 3,
        }
        (move,) = self.chance.choices(list(moves), list(moves.values()))
        move()

    def _line(self) -> None:
        given = self._new_values(self.today)
        self._newest = self._say(_typed(given), self.today, How.SET, given)
        self._lines.append((self._newest, given))

    def _line_of_yesterday(self) -> None:
        given = self._new_values(self.dated(1))
        self._say(f"hq {_typed(given)}", self.dated(1), How.SET, given)

    def _adjust(self) -> None:
        name = self.chance.choice(METRICS)
        stands = self.must_stand(self.today).get(name, 0)
        number = self.chance.choice([n for n in range(-3, 8) if n and stands + n >= 0])
        self._newest = self._say(f"{name} {number:+}", self.today, How.ADD, {name: number})

    def _edit(self) -> None:
        """Edit the newest message: it says something else now, however often it is edited."""
        message = self._newest
        if message is not None and self.said[-1].how in {How.ADD, How.MEND}:
            ((name, number),) = self.said[-1].given.items()
            mended = number + self.chance.randint(1, 5)
            self._note(self.today, How.MEND, {name: mended})
            self.user.edit(message, f"{name} {mended:+}")
            self._newest = message
        elif message is not None:
            given = self._new_values(self.today)
            self._note(self.today, How.SET, given)
            self.user.edit(message, _typed(given))
            self._newest, self._lines[-1] = message, (message, given)

    def _edit_too_late(self) -> None:
        """Edit a line that a later message has overtaken, and not an undo: that changes nothing."""
        stands = self.must_stand(self.today)
        late = [message for message, given in self._lines if any(stands.get(name) != given[name] for name in METRICS)]
        newest = next((each for each in reversed(self.said) if each.day == self.today), None)
        if late and newest is not None and newest.how is not How.UNDO:
            self.user.edit(self.chance.choice(late), _typed(self._new_values(self.today)))

    def _undo(self) -> None:
        """Take back the newest of what stands, of whichever day it is."""
        stands = {day for day in (self.today, self.dated(1)) if self.must_stand(day)}
        days = [each.day for each in self.said if each.heard == self.today and each.day in stands]
        if days:
            self._say("hoàn tác", days[-1], How.UNDO, {})

    def _begin(self) -> None:
        self._asked = (self.user.private.send("/baocao").message_id, {})

    def _ask_status(self) -> None:
        self.user.private.send("/status")

    def _answer(self, command: int, given: Values) -> None:
        """Answer the question that the bot puts next: with its button if it is seen already, else by typing."""
        name = METRICS[len(given)]
        question = self._question(command) if self.presses and not given else None
        if question is not None:
            self._pressed.add(_data_of(question))
            self.user.press(question, ZERO)
            self._asked = (command, {name: 0})
            return
        fresh = self._new_values(self.today)[name]
        given = given | {name: fresh}
        if len(given) == len(METRICS):
            self._asked = None
            self._note(self.today, How.SET, given)
        else:
            self._asked = (command, given)
        self.user.private.send(str(fresh))

    def _question(self, command: int) -> Message | None:
        """Return the newest first question after the command, with a button not pressed yet; repeats share theirs."""
        for message in reversed(self.user.private.from_bots()):
            if message.message_id < command:
                return None
            asks = FIRST_QUESTION in message.text and any(ZERO in row for row in message.buttons)
            if asks and _data_of(message) not in self._pressed:
                return message
        return None

    def _say(self, text: str, day: str, how: How, given: Values) -> Message:
        self._note(day, how, given)
        return self.user.private.send(text)

    def _note(self, day: str, how: How, given: Values) -> None:
        """Write down what is said next, before it is said."""
        self._newest = None
        self.said.append(Statement(self.server.next_update_id, day, how, given, self.today))

    def _new_values(self, day: str) -> Values:
        """Return numbers that differ from what stands in each metric, so that the statement changes something."""
        stands = self.must_stand(day)
        return {name: self.chance.choice([n for n in range(1, 90) if n != stands.get(name)]) for name in METRICS}


def _typed(given: Values) -> str:
    return f"{given['tn']} {given['kh']}"


def _data_of(question: Message) -> str:
    """Return what the button for nought carries."""
    rows = (question.reply_markup or {}).get("inline_keyboard", [])
    return next(str(button["callback_data"]) for row in rows for button in row if button["text"] == ZERO)


async def keep_talking(
    officers: Sequence[Officer], chance: random.Random, rest: Callable[[float], Awaitable[None]]
) -> None:
    """Let officers speak in bursts of 20 to 60 a second until cancelled."""
    while True:
        crowd = chance.sample(officers, chance.randint(5, 12))
        pace = chance.uniform(20, 60)
        for _ in range(chance.randint(4, 24)):
            chance.choice(crowd).speak()
            await rest(1 / pace)
        await rest(chance.uniform(0.2, 1.6))
