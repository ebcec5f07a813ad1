"""Telegram's flood limits."""

import math
from collections import deque
from dataclasses import dataclass

_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """State the rates at which sends are refused with 429.

    The defaults are what Telegram states: one message a second to a private chat (here with
    bursts of three), twenty a minute to a group, thirty a second over all.
    """

    private_per_second: float = 1.0
    private_burst: int = 3
    group_per_minute: int = 20
    overall_per_second: float = 30.0
    overall_burst: int = 30


AS_TELEGRAM_STATES = Limits()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Record one send that a limit refused; `at` is in seconds of the monotonic clock."""

    method: str
    chat_id: int
    retry_after: int
    at: float


class _Bucket:
    """Hold tokens that come back at a rate."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = now

    def wait(self, now: float) -> float:
        """Return in how many seconds a token will be there, 0 when it is."""
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._rate

    def take(self) -> None:
        """Use one token."""
        self._tokens -= 1


class _Window:
    """Hold the moments of the last minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._at: deque[float] = deque()
        self._now = 0.0

    def wait(self, now: float) -> float:
        """Return in how many seconds one more fits, 0 when it does."""
        self._now = now
        while self._at and self._at[0] <= now - _MINUTE_S:
            self._at.popleft()
        return 0.0 if len(self._at) < self._most else self._at[0] + _MINUTE_S - now

    def take(self) -> None:
        """Count one."""
        self._at.append(self._now)


class FloodControl:
    """Decide whether one more send to a chat is too many."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._chats: dict[int, _Bucket | _Window] = {}
        self._overall: _Bucket | None = None

    def retry_after(self, chat_id: int, now: float) -> int:
        """Return the whole seconds to wait; 0 means that the send counts and may pass."""
        limits = self.limits
        if chat_id not in self._chats:
            self._chats[chat_id] = (
                _Bucket(limits.private_per_second, limits.private_burst, now)
                if chat_id > 0
                else _Window(limits.group_per_minute)
            )
        if self._overall is None:
            self._overall = _Bucket(limits.overall_per_second, limits.overall_burst, now)
        chat = self._chats[chat_id]
        wait = max(chat.wait(now), self._overall.wait(now))
        if wait > 0:
            return max(1, math.ceil(wait))
        chat.take()
        self._overall.take()
        return 0
