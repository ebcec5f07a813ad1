"""How fast the messenger may be spoken to."""

from dataclasses import dataclass

# Two moments closer than this are the same: sums of fractions must not leave a row a hair too early.
EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, and from then on one every `every` seconds."""

    every: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What is kept to of what Telegram states: 1 a second to a chat, 20 a minute to a group, 30 a second.

    A burst counts against its window, so that no minute of a group holds more than 5 + 60/4 = 20 and no
    second over all more than 5 + 25 = 30. An empty tuple is no limit.
    """

    private: tuple[Rate, ...] = (Rate(1.0, 2),)
    group: tuple[Rate, ...] = (Rate(1.0, 2), Rate(4.0, 5))
    overall: tuple[Rate, ...] = (Rate(1 / 25, 5),)


UNLIMITED = Limits((), (), ())


class Gate:
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

    def give_back(self) -> None:
        """Take back what was let pass in vain."""
        self._full_at -= self._rate.every


class Gates:
    """Several gates in a row: all must be open."""

    __slots__ = ("_gates",)

    def __init__(self, rates: tuple[Rate, ...]) -> None:
        self._gates = tuple(Gate(rate) for rate in rates)

    def opens(self) -> float:
        """Return the moment from which one may pass all of them; minus infinity without gates."""
        return max((gate.opens() for gate in self._gates), default=float("-inf"))

    def take(self, now: float) -> None:
        """Let one pass."""
        for gate in self._gates:
            gate.take(now)

    def give_back(self) -> None:
        """Take back what was let pass in vain."""
        for gate in self._gates:
            gate.give_back()
