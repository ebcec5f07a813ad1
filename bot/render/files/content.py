"""Content: what goes into a file, with the words that it is told in."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain import figures
from bot.domain.days import Stage
from bot.domain.dossier import Dossier
from bot.domain.figures import Language
from bot.domain.status import Status
from bot.render.files.words import WORDS, Words


@dataclass(frozen=True, slots=True)
class Content:
    """A dossier, its language, and a chart as a PNG where one is wanted."""

    dossier: Dossier
    language: Language
    zone: ZoneInfo
    chart: bytes | None = None

    @property
    def words(self) -> Words:
        """Return the words of the language."""
        return WORDS[self.language]

    @property
    def status(self) -> Status:
        """Return where the unit stands."""
        return self.dossier.status

    @property
    def remark(self) -> str:
        """Return which day the figures are of, when they were read, and how long the campaign still runs."""
        status, words, at = self.status, self.words, self.dossier.as_of
        left = {Stage.LAST_DAY: words.last_day, Stage.OVER: words.over}.get(status.stage, words.days_left)
        return " · ".join(
            (
                words.until.format(day=figures.day(status.day)),
                words.read_at.format(time=figures.clock_time(at.time()), day=figures.day(at.date())),
                left.format(days=status.days_left, deadline=figures.day(status.campaign.deadline)),
            )
        )
