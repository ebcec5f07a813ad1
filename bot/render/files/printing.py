"""Printing: one function for each kind of file."""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bot.domain.campaign import Campaign
from bot.domain.dossier import Cell, Dossier
from bot.domain.figures import Language
from bot.domain.series import Chart
from bot.render.files.content import Content
from bot.render.files.table import write_table
from bot.render.files.workbook import write_workbook

CACHES = "MPLCONFIGDIR"


def workbook(path: Path, dossier: Dossier, language: Language, zone: ZoneInfo) -> None:
    """Write the workbook."""
    write_workbook(path, Content(dossier, language, zone))


def report(
    path: Path, dossier: Dossier, language: Language, zone: ZoneInfo, chart: Chart | None, template: Path | None
) -> None:
    """Write the Word report from the office's template, or from the packaged one. BrokenTemplate where it is none."""
    from bot.render.files.document import packaged, write_document  # noqa: PLC0415  (the workbook need not wait for it)

    picture = _drawn(chart, path.parent) if chart else None
    write_document(path, Content(dossier, language, zone, picture), template or packaged(language))


def _drawn(chart: Chart, beside: Path) -> bytes:
    """Draw a chart in this process; the caches of the drawing library lie in a folder of the moment."""
    with TemporaryDirectory(prefix=".charts-", dir=beside) as folder:
        given = os.environ.setdefault(CACHES, folder)
        try:
            from bot.render.charts.drawing import render  # noqa: PLC0415  (it reads the setting when it is imported)

            return render(chart)
        finally:
            if given == folder:
                del os.environ[CACHES]


def table(path: Path, campaign: Campaign, cells: Iterable[Cell]) -> None:
    """Write the plain table."""
    write_table(path, campaign, cells)
