"""One lane per chat: what waits in memory, in which order it leaves, and when."""

import heapq
from collections import deque

from bot.courier.pacing import EPSILON, Gates, Limits
from storage.outbox import Waiting

ANSWER, PUSH, PARKED = 0, 1, 2


class Lane:
    """A chat's rows: answers first, then pushes, one on its way at a time.

    `place` says under what the lane stands in `Lanes`: a rank, PARKED, or None for nowhere.
    """

    __slots__ = ("chat", "gates", "on_its_way", "parked_until", "place", "rows")

    def __init__(self, chat: int, gates: Gates) -> None:
        self.chat = chat
        self.gates = gates
        self.rows: tuple[list[Waiting], list[Waiting]] = ([], [])
        self.on_its_way: tuple[Waiting, int] | None = None
        self.parked_until = float("-inf")
        self.place: int | None = None

    def add(self, row: Waiting) -> None:
        """Append a row. An answer that rewrites a waiting push stays behind it."""
        rank = row.priority
        pushes = self.rows[PUSH]
        if row.edits is not None and any(row.edits in (push.id, push.edits) for push in pushes):
            rank = PUSH
        self.rows[rank].append(row)

    def head(self) -> int | None:
        """Return the rank of what leaves next, None when nothing waits."""
        return ANSWER if self.rows[ANSWER] else PUSH if self.rows[PUSH] else None

    def leave(self, now: float) -> Waiting:
        """Take the next row out and mark the lane as occupied."""
        rank = ANSWER if self.rows[ANSWER] else PUSH
        row = self.rows[rank].pop(0)
        self.gates.take(now)
        self.on_its_way = (row, rank)
        return row

    def done(self, *, again: bool = False, refund: bool = False) -> None:
        """Free the lane; `again` puts the row back to its head, `refund` returns its tokens."""
        if self.on_its_way is not None and again:
            row, rank = self.on_its_way
            self.rows[rank].insert(0, row)
        if refund:
            self.gates.give_back()
        self.on_its_way = None


class Lanes:
    """All lanes. Rows leave answers first, otherwise in the order in which lanes became ready.

    A lane stands in one place: listed under the rank of its head, or parked until it may leave. Where an
    answer lifts it to the first list, the entry in the second is passed over. A lane costs some hundred
    bytes and stays.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._overall = Gates(limits.overall)
        self._lanes: dict[int, Lane] = {}
        self._toasts: deque[Waiting] = deque()
        self._listed: tuple[deque[Lane], deque[Lane]] = (deque(), deque())
        self._parked: list[tuple[float, int]] = []
        self._paused_until = float("-inf")
        self._held = 0

    def __len__(self) -> int:
        return self._held

    def add(self, row: Waiting, not_before: float) -> None:
        """Take a row in; its lane rests until the moment `not_before` of the monotonic clock."""
        self._held += 1
        if row.verb == "toast":
            self._toasts.append(row)
            return
        lane = self._lanes.get(row.chat)
        if lane is None:
            rates = self._limits.private if row.private else self._limits.group
            lane = self._lanes[row.chat] = Lane(row.chat, Gates(rates))
        lane.add(row)
        lane.parked_until = max(lane.parked_until, not_before)
        self._list(lane)

    def pick(self, now: float, room: int) -> list[Waiting]:
        """Take out at most `room` rows that may leave now, at most one of each chat."""
        picked: list[Waiting] = []
        if now + EPSILON < self._paused_until:
            return picked
        self._unpark(now)
        while len(picked) < room and self._toasts:
            picked.append(self._toasts.popleft())
        while len(picked) < room and self._overall.opens() <= now + EPSILON:
            lane = self._next_listed()
            if lane is None:
                break
            opens = max(lane.parked_until, lane.gates.opens())
            if opens > now + EPSILON:
                lane.place = PARKED
                heapq.heappush(self._parked, (opens, lane.chat))
                continue
            self._overall.take(now)
            picked.append(lane.leave(now))
        self._held -= len(picked)
        return picked

    def left(self, count: int, now: float) -> None:
        """Note that the last `count` rows that were picked, toasts aside, leave now: they were claimed in between."""
        self._overall.left(count, now)

    def done(self, row: Waiting, *, again_at: float | None = None, refund: bool = False) -> None:
        """Free the row's lane; with `again_at` the row leaves again, first, not before that moment."""
        if row.verb == "toast":
            return
        lane = self._lanes[row.chat]
        lane.done(again=again_at is not None, refund=refund)
        if refund:
            self._overall.give_back()
        if again_at is not None:
            self._held += 1
            lane.parked_until = max(lane.parked_until, again_at)
        self._list(lane)

    def pause(self, until: float) -> None:
        """Let nothing leave before `until`; an earlier end never shortens a pause."""
        self._paused_until = max(self._paused_until, until)

    def next_at(self) -> float | None:
        """Return when something may leave at the earliest, None when only news can change that."""
        moments = [self._parked[0][0]] if self._parked else []
        if self._listed[ANSWER] or self._listed[PUSH]:
            moments.append(self._overall.opens())
        if self._toasts:
            moments.append(float("-inf"))
        return max(min(moments), self._paused_until) if moments else None

    def _list(self, lane: Lane) -> None:
        rank = lane.head()
        if rank is None or lane.on_its_way is not None or lane.place in (ANSWER, PARKED, rank):
            return
        lane.place = rank
        self._listed[rank].append(lane)

    def _next_listed(self) -> Lane | None:
        for rank, listed in enumerate(self._listed):
            while listed:
                lane = listed.popleft()
                if lane.place == rank:
                    lane.place = None
                    return lane
        return None

    def _unpark(self, now: float) -> None:
        while self._parked and self._parked[0][0] <= now + EPSILON:
            lane = self._lanes[heapq.heappop(self._parked)[1]]
            lane.place = None
            self._list(lane)
