"""When not one chat but everything has to rest: floods, a dead line, a refused token."""

from collections import deque

from bot.channels import BadToken, Outcome, Unknown
from bot.channels.refusals import Refusals

LONGEST_S = 30.0
FLOOD_CHATS = 3
FLOOD_WINDOW_S = 1.0


class Floods:
    """A 429 speaks for its chat only, unless three chats are refused within a second."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int, float]] = deque()

    def note(self, chat: int, now: float, until: float) -> float:
        """Note a refusal; return until when everything is to rest, which may be over already."""
        self._recent.append((now, chat, until))
        while self._recent[0][0] < now - FLOOD_WINDOW_S:
            self._recent.popleft()
        if len({chat for _, chat, _ in self._recent}) < FLOOD_CHATS:
            return now
        return max(until for _, _, until in self._recent)


class Trouble:
    """Calls that failed for the line's sake, one after the other, without a success between them."""

    def __init__(self) -> None:
        self._rounds = 0
        self._unknowns = 0
        self._since = float("-inf")
        self._refusals = Refusals()
        self.token_refused = False

    def over(self) -> None:
        """Note that the messenger has answered."""
        self._rounds = self._unknowns = 0
        self._refusals.clear()

    def note(self, outcome: Outcome, left: float, now: float, jitter: float) -> float:
        """Note a failed call that left at `left`; return until when everything is to rest.

        1 s, doubling to 30 s. Calls that were on their way together are one round. A single unknown
        outcome may be the fault of one connection, and two in a row are not.
        """
        if isinstance(outcome, BadToken):
            self.token_refused = self._refusals.note(outcome, now)
            return now + LONGEST_S + jitter
        if isinstance(outcome, Unknown):
            self._unknowns += 1
            if self._unknowns == 1:
                return now
        if left < self._since:
            return now
        self._since = now
        self._rounds += 1
        return now + min(LONGEST_S, 2.0 ** (self._rounds - 1)) + jitter
