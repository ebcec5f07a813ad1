"""Sentences of the files: worded by the templates of the bot's texts, as plain text."""

import html
from collections.abc import Iterator
from typing import Any

from bot.render.files.content import Content
from bot.render.texts import Texts


class Sentences:
    """What a report says in words about a dossier."""

    def __init__(self, content: Content) -> None:
        self._dossier = content.dossier
        self._texts = Texts(content.language, content.zone)

    def _say(self, message: str, **facts: Any) -> str:
        """Return a sentence; what was escaped for messengers is as it was, for files escape by themselves."""
        return html.unescape(self._texts(f"paper.{message}", **facts))

    def subject(self) -> str:
        """Say what the report is about."""
        return self._say("subject", s=self._dossier.status)

    def opening(self) -> str:
        """Lead to the results."""
        return self._say("opening", s=self._dossier.status)

    def results(self) -> Iterator[str]:
        """Yield a sentence for each metric, and the unit's place."""
        status = self._dossier.status
        for metric in status.metrics:
            yield self._say("result", m=metric, s=status)
        for ratio in status.ratios:
            yield self._say("ratio", r=ratio, s=status)
        if self._dossier.place is not None:
            yield self._say("standing", place=self._dossier.place, siblings=self._dossier.siblings)

    def reporting(self) -> Iterator[str]:
        """Yield who reported on the day and since the start."""
        yield self._say("turnout", d=self._dossier)
        if self._dossier.attendance.owed:
            yield self._say("attendance", d=self._dossier)

    def review(self) -> Iterator[str]:
        """Yield the highlights and the forecast."""
        yield from self.highlights()
        if self._dossier.forecast:
            yield self._say("forecast", d=self._dossier)

    def highlights(self) -> Iterator[str]:
        """Yield what is worth a sentence about the day."""
        decimals = self._dossier.status.campaign.percent_decimals
        for each in self._dossier.highlights:
            yield self._say("highlight", kind=each.kind, f=each.facts, decimals=decimals)

    def silent(self) -> str:
        """Name who has not reported; nothing where nobody is missing, or where there is only one to report."""
        worth = self._dossier.missing.whole and self._dossier.status.expected > 1
        return self._say("silent", d=self._dossier) if worth else ""

    def lagging(self, count: int, more: int) -> str:
        """Lead to the units that are behind plan."""
        return self._say("lagging", count=count, more=more) if count else self._say("all_on_plan")
