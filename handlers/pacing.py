"""Pacing: whoever writes faster than anybody reports waits in turn; nobody else does, and nothing is lost."""

from dataclasses import dataclass

EVERY_S = 1.0
"""Seconds that one thing said takes up: Telegram lets a bot answer about once a second in a chat."""

BURST = 100
"""Things said at once that do not wait: more than a careful person writes when a whole month is made up for."""

REACH = 1_000_000
"""How far below the newest update a number is a repetition; further below, the messenger has begun anew."""

MOST = 10_000
"""Accounts that are remembered; beyond them those who owe nothing are forgotten."""


@dataclass(slots=True)
class _Debt:
    seconds: float
    at: float
    last: int  # the newest update that was counted


class Tempo:
    """How fast each account writes: a bucket that leaks one thing each `EVERY_S` seconds and overflows at `BURST`.

    Kept in memory: after a restart everybody begins anew, and those who wait already have it in the data.
    Only differences of time count, so a clock that was put back or forward keeps nobody waiting.
    """

    def __init__(self) -> None:
        self._debts: dict[int, _Debt] = {}

    def wait(self, account: int, update: int, moment: float) -> float:
        """Count one thing that an account said at `moment`, and return for how many seconds it has to wait.

        An update that comes again, since what was made of it could not be stored, is not counted again.
        """
        debt = self._debts.get(account)
        if debt is None:
            if len(self._debts) >= MOST:
                self._forget(moment)
            debt = self._debts[account] = _Debt(0.0, moment, 0)
        if not debt.last - REACH < update <= debt.last:
            debt.seconds = max(0.0, debt.seconds - max(0.0, moment - debt.at)) + EVERY_S
            debt.at, debt.last = moment, update
        return max(0.0, debt.seconds - BURST * EVERY_S)

    def _forget(self, moment: float) -> None:
        """Let go of those who owe nothing any more; of everybody, where all owe something."""
        owing = {account: debt for account, debt in self._debts.items() if debt.seconds > moment - debt.at}
        self._debts = owing if len(owing) < MOST else {}
