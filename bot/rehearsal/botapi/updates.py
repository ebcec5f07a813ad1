"""The queue of updates that Telegram keeps for each bot."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rehearsal.botapi.signal import Signal

DAY_S = 86_400
CALLBACK_LIFETIME_S = 150
LARGEST_UPDATE = 65_536
LARGEST_ANSWER = 4 * 1024 * 1024
MOST_UPDATES = 100_000
_INVALID_BEYOND_TAIL = 10
OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class Update:
    """Hold one queued update: its id, the JSON text, the Unix second it expires, the webhook lane."""

    update_id: int
    body: bytes
    expires: int
    lane: tuple[str, int]


class UpdateQueue:
    """Keep updates in order until the bot confirms them; ids rise from `next_id`.

    Rules are those of Telegram's own server: an offset forgets what is before it, an offset more
    than ten past the tail is served from the head, a negative one keeps that many, an update
    lives until 24 hours after its message's date and a button press for 150 seconds.
    """

    def __init__(self, changed: Signal, next_id: int = 100_000_001) -> None:
        self.next_id = next_id
        self.allowed: frozenset[str] | None = None
        self.replays = 0
        self.watchers: list[Callable[[int, Update], None]] = []
        self._changed = changed
        self._held: OrderedDict[int, Update] = OrderedDict()
        self._pushed = 0
        self._last_answer: list[Update] = []

    def __len__(self) -> int:
        return len(self._held)

    @property
    def pushed(self) -> int:
        """Return how many updates were ever queued: a mark for `confirmed_up_to`."""
        return self._pushed

    def confirmed_up_to(self, mark: int) -> bool:
        """Return whether every update queued before `mark` has left the queue."""
        return not self._held or next(iter(self._held)) >= mark

    def wants(self, kind: str) -> bool:
        """Return whether the bot has asked for updates of this kind."""
        return kind not in OPT_IN if self.allowed is None else kind in self.allowed

    def push(self, kind: str, content: Any, *, expires: int, now: int, lane: tuple[str, int]) -> None:
        """Queue one update, unless it is unwanted, too old, too large or the queue is full."""
        if self.wants(kind) and expires > now:
            body = json.dumps({"update_id": self.next_id, kind: content}, separators=(",", ":")).encode()
            if len(body) <= LARGEST_UPDATE:
                self.push_raw(body, expires=expires, lane=lane)

    def push_raw(self, body: bytes, *, expires: int, lane: tuple[str, int] = ("raw", 0)) -> None:
        """Queue `body` as it is under the next id."""
        if len(self._held) < MOST_UPDATES:
            update = Update(self.next_id, body, expires, lane)
            self._held[self._pushed] = update
            self._pushed += 1
            for watcher in self.watchers:
                watcher(self._pushed - 1, update)
            self._changed.fire()
        self.next_id += 1

    def confirm(self, offset: int) -> None:
        """Forget the updates before `offset`; a negative one keeps only the last `-offset`."""
        if self.replays:
            return
        if offset < 0:
            for _ in range(len(self._held) + offset):
                self._held.popitem(last=False)
        elif self._reaches(offset):
            self._forget_before(offset)
        self._changed.fire()

    def _reaches(self, offset: int) -> bool:
        """Tell whether an offset is near enough to the tail, or to what came before a backward jump."""
        farthest = offset - _INVALID_BEYOND_TAIL
        return self.next_id >= farthest or any(u.update_id + 1 >= farthest for u in self._held.values())

    def _forget_before(self, offset: int) -> None:
        """Drop the head's rising run of ids below `offset`; ids after a backward jump stay."""
        last = -1
        while self._held:
            head = next(iter(self._held.values())).update_id
            if not last < head < offset:
                return
            last = head
            self._held.popitem(last=False)

    def answer(self, limit: int, now: int) -> list[Update]:
        """Return up to `limit` updates from the head, at most about 4 MiB of them."""
        if self.replays and self._last_answer:
            self.replays -= 1
            return self._last_answer
        taken: list[Update] = []
        expired, size = [], 0
        for mark, update in self._held.items():
            if update.expires <= now:
                expired.append(mark)
                continue
            size += len(update.body)
            if len(taken) == limit or (taken and size > LARGEST_ANSWER):
                break
            taken.append(update)
        self._last_answer = taken or self._last_answer
        for mark in expired:
            self.drop(mark)
        return taken

    def marked(self) -> Iterator[tuple[int, Update]]:
        """Yield what is queued, each with its mark, for the webhook."""
        return iter(tuple(self._held.items()))

    def drop(self, mark: int) -> None:
        """Forget one update that the webhook has delivered."""
        if self._held.pop(mark, None) is not None:
            self._changed.fire()

    def holds(self, mark: int) -> bool:
        """Return whether the update is still waiting."""
        return mark in self._held

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self._changed.fire()


def updates_body(updates: Sequence[Update]) -> bytes:
    """Return the answer to getUpdates."""
    return b'{"ok":true,"result":[' + b",".join(update.body for update in updates) + b"]}"
