"""Commissions: what the process that prints is given, and how it is carried out there.

Apart from what orders papers, since each such process imports this anew.
"""

from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.domain import days
from bot.domain.dossier import Dossier
from bot.domain.papers import Format, Order, file_name
from bot.domain.recipes import Kind, Recipe
from bot.domain.series import Chart
from bot.domain.units import UnitId
from bot.domain.world import Setting
from bot.render.files import BrokenTemplate
from storage import cells, dossiers, series, snapshots, worlds
from storage.cells import Cells
from storage.dossiers import Counts
from storage.sqlite import Tx
from storage.surveys import Span, Survey


@dataclass(frozen=True, slots=True)
class Commission:
    """All that printing needs to know. Without a `template` the packaged one is filled."""

    database: Path
    setting: Setting
    now: datetime
    order: Order
    template: Path | None = None


@dataclass(frozen=True, slots=True)
class Imprint:
    """What became of a commission: the file's name, or the failure; and why the office's template was passed over."""

    name: str = ""
    failure: str = ""
    broken: str = ""


def carry_out(commission: Commission, path: Path) -> Imprint:
    """Print in the worker. A broken template is told of, and the packaged one filled in its place."""
    try:
        try:
            return Imprint(make(commission, path))
        except BrokenTemplate as broken:
            if commission.template is None:
                raise
            return Imprint(make(replace(commission, template=None), path), broken=broken.why)
    except Exception as error:  # noqa: BLE001  (the edge of the process: whatever it breaks over is told as a value)
        from bot.logs import place  # noqa: PLC0415  (it would be a fifth of all that is imported here)

        return Imprint(failure=f"{type(error).__name__} in {place(error)}")


def make(commission: Commission, path: Path) -> str:
    """Read what the order asks for, write it to `path` and return the name of the file.

    LookupError where its campaign or unit is no more, or do not belong together; BrokenTemplate.
    """
    read = _read(commission)
    # Not at the top: what writes files takes a while to import, and only this needs it.
    from bot.render.files import printing  # noqa: PLC0415

    order, setting = commission.order, commission.setting
    if isinstance(read.figures, Cells):
        printing.table(path, read.survey.campaign, read.figures)
    elif order.format is Format.XLSX:
        printing.workbook(path, read.figures, order.language, setting.zone)
    else:
        printing.report(path, read.figures, order.language, setting.zone, read.chart, commission.template)
    return file_name(order.campaign, read.survey.unit.code, read.survey.until, order.format)


@dataclass(frozen=True, slots=True)
class _Read:
    """What an order asks for, once it is read."""

    survey: Survey
    figures: Dossier | Cells
    chart: Chart | None = None


def _read(commission: Commission) -> _Read:
    """Read everything in one snapshot, which is over before anything is rendered."""
    order, span = commission.order, _span(commission)
    if order.format is Format.CSV:
        return snapshots.read(commission.database, partial(_cells, span=span, unit=order.unit))
    return snapshots.read_beside(
        commission.database,
        partial(_dossier, span=span, order=order),
        partial(dossiers.counts, span=span, unit=order.unit, journal=order.format is Format.XLSX),
    )


def _cells(tx: Tx, span: Span, unit: UnitId) -> _Read:
    survey = _survey(tx, span, unit)
    return _Read(survey, cells.cells(survey))


def _dossier(tx: Tx, counted: Future[Counts], span: Span, order: Order) -> _Read:
    survey = _survey(tx, span, order.unit)
    found = dossiers.dossier(survey, journal=order.format is Format.XLSX, counted=counted.result)
    if order.format is Format.XLSX or not found.days:
        return _Read(survey, found)
    recipe = Recipe(Kind.LINE, order.campaign, order.unit, survey.last, order.language, over=found.over)
    return _Read(survey, found, series.chart(tx, survey.world, recipe))


def _span(commission: Commission) -> Span:
    """Find the days that the order names; those to come are not spoken of."""
    order, setting, now = commission.order, commission.setting, commission.now
    campaign = setting.campaign(order.campaign)
    if campaign is None:
        raise LookupError(order.campaign)
    return Span(setting, campaign, min(order.until, days.reporting_day(now, setting.zone, campaign)), now)


def _survey(tx: Tx, span: Span, unit: UnitId) -> Survey:
    world = worlds.load(tx, span.setting, span.until)
    root = world.root(span.campaign)
    if root is None or not world.tree.covers(root.id, unit):
        raise LookupError(unit)
    return Survey(span.setting, span.campaign, span.until, span.now, tx, world, world.tree[unit])
