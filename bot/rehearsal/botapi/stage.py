"""What all chats of one world share."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from bot.domain.clock import Clock
from bot.rehearsal.botapi.files import FileShelf
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.signal import Signal

ANSWER_WITHIN_S = 15


@dataclass(eq=False)
class Press:
    """Follow one press of a button; `text` and `alert` come with the bot's answer."""

    id: str
    message: Message
    data: str
    pressed_at: float
    changed: Signal
    answered: bool = False
    text: str = ""
    alert: bool = False

    async def answer(self, within: float = 5.0) -> str:
        """Wait for the bot's answer and return its text; give up after `within` real seconds."""
        await self.changed.until(lambda: self.answered, within)
        return self.text


@dataclass(eq=False)
class Stage:
    """Hold the clock, the files, the open button presses and the counters.

    A press can be answered for `answer_within` seconds; Telegram states no figure, about fifteen
    seconds are seen. `changed` wakes everybody who waits for the world.
    """

    clock: Clock
    changed: Signal = field(default_factory=Signal)
    files: FileShelf = field(default_factory=FileShelf)
    presses: dict[str, Press] = field(default_factory=dict)
    answer_within: float = ANSWER_WITHIN_S
    numbers: Callable[[], int] = field(default_factory=lambda: count(4382530000001).__next__)

    def seconds(self, at: datetime | None = None) -> int:
        """Return `at`, or the present moment, in Unix seconds."""
        return int((at or self.clock.now()).timestamp())
