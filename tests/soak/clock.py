"""Time in a soak: it leaps, and the bot's own clock may be astray by a while."""

from datetime import datetime, timedelta

from bot.app import SystemClock
from bot.rehearsal.clocks import Face


class LeapingClock(SystemClock):
    """The messenger's time: the machine's, moved on. `face` shows the bot how far its own clock is to be moved."""

    def __init__(self, start: datetime, face: Face) -> None:
        self._ahead = start - super().now()
        self._astray = timedelta(0)
        self._face = face
        self._show()

    def now(self) -> datetime:
        """Return the present moment of the campaign."""
        return super().now() + self._ahead

    def leap(self, moment: datetime) -> None:
        """Make it at least `moment`."""
        self._ahead += max(timedelta(0), moment - self.now())
        self._show()

    def lead_astray(self, by: timedelta) -> None:
        """Put the bot's clock, and only that, ahead or back by so much."""
        self._astray = by
        self._show()

    def _show(self) -> None:
        self._face.show(self._ahead + self._astray)


class PocketWatch(SystemClock):
    """The bot's time, in its own process."""

    def __init__(self, face: Face) -> None:
        self._face = face

    def now(self) -> datetime:
        """Return what its clock says, right or wrong."""
        return super().now() + self._face.read()
