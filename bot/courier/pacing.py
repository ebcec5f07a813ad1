"""How fast the messenger may be spoken to."""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

# Two moments closer than this are the same: sums of fractions must not leave a row a hair too early.
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, and from then on one every `every` seconds."""

    every: float
    burst: int

    def gate(self) -> "Gate":
        """Return a gate that keeps to it."""
        return Bucket(self)


@dataclass(frozen=True, slots=True)
class Span:
    """At most `most` within any `seconds`, however they lie."""

    most: int
    seconds: float

    def gate(self) -> "Gate":
        """Return a gate that keeps to it."""
        return Window(self)


Limit = Rate | Span


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept to of what Telegram states: 1 a second to a chat, 20 a minute to a group, 30 a second.

    A burst counts against its window, so that no minute of a group holds more than 5 + 60/4 = 20. Over all the
    span is what holds: 30 in a second, and a hundredth of one for what lies between us and Telegram. The rate
    below it spreads them, so that an answer finds a place at once, and lets a few follow at once when we were late.
    An empty tuple is no limit.
    """

    private: tuple[Limit, ...] = (Rate(1.0, 2),)
    group: tuple[Limit, ...] = (Rate(1.0, 2), Rate(4.0, 5))
    overall: tuple[Limit, ...] = (Rate(1 / 29.6, 5), Span(30, 1.01))


UNLIMITED = Limits((), (), ())


class Gate(Protocol):
    """What one passes."""

    def opens(self) -> float:
        """Return the moment from which one may pass."""
        ...

    def take(self, now: float) -> None:
        """Let one pass."""
        ...

    def left(self, count: int, now: float) -> None:
        """Note that the last `count` that were let pass have in truth left only now."""
        ...

    def give_back(self) -> None:
        """Take back what was let pass in vain."""
        ...


class Bucket:
    """A token bucket, kept as the one moment at which it will be full again (GCRA, ITU-T I.371)."""

    __slots__ = ("_full_at", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._full_at = 0.0

    def opens(self) -> float:
        """Return the moment from which one may pass."""
        return self._full_at - (self._rate.burst - 1) * self._rate.every

    def take(self, now: float) -> None:
        """Let one pass."""
        self._full_at = max(self._full_at, now) + self._rate.every

    def left(self, count: int, now: float) -> None:
        """Note that the last `count` that were let pass have in truth left only now."""
        self._full_at = max(self._full_at, now + count * self._rate.every)

    def give_back(self) -> None:
        """Take back what was let pass in vain."""
        self._full_at -= self._rate.every


class Window:
    """The moments of the last ones that passed, as many as a span may hold."""

    __slots__ = ("_moments", "_span")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._moments: deque[float] = deque(maxlen=span.most)

    def opens(self) -> float:
        """Return the moment from which one may pass."""
        return self._moments[0] + self._span.seconds if len(self._moments) == self._span.most else float("-inf")

    def take(self, now: float) -> None:
        """Let one pass."""
        self._moments.append(now)

    def left(self, count: int, now: float) -> None:
        """Note that the last `count` that were let pass have in truth left only now."""
        for back in range(1, min(count, len(self._moments)) + 1):
            self._moments[-back] = now

    def give_back(self) -> None:
        """Take back what was let pass in vain."""
        self._moments.pop()


class Gates:
    """Several gates in a row: all must be open."""

    __slots__ = ("_gates",)

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        self._gates = tuple(limit.gate() for limit in limits)

    def opens(self) -> float:
        """Return the moment from which one may pass all of them; minus infinity without gates."""
        opens = float("-inf")
        for gate in self._gates:
            opens = max(opens, gate.opens())
        return opens

    def take(self, now: float) -> None:
        """Let one pass."""
        for gate in self._gates:
            gate.take(now)

    def left(self, count: int, now: float) -> None:
        """Note that the last `count` that were let pass have in truth left only now."""
        for gate in self._gates:
            gate.left(count, now)

    def give_back(self) -> None:
        """Take back what was let pass in vain."""
        for gate in self._gates:
            gate.give_back()
