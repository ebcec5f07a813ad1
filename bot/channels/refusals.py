"""A refused token: a passing glitch must not end the process, a revoked token must."""

from bot.channels import BadToken, Contested, Outcome

CHANCES = 3
PATIENCE_S = 60.0


class Refusals:
    """Counts refusals of the token in a row; moments are monotonic seconds."""

    def __init__(self) -> None:
        self._count = 0
        self._since = 0.0

    def note(self, outcome: Outcome, now: float) -> bool:
        """Note how a call failed; True after three refusals in a row over a minute or more: the token is dead.

        Another poller with the same token says nothing about the token itself.
        """
        if isinstance(outcome, Contested):
            return False
        if not isinstance(outcome, BadToken):
            self.clear()
            return False
        if not self._count:
            self._since = now
        self._count += 1
        return self._count >= CHANCES and now - self._since >= PATIENCE_S

    def clear(self) -> None:
        """Note that the messenger took the token."""
        self._count = 0
