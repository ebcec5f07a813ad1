"""Papers: an order from the outbox becomes a file, read and printed in a process of its own.

That process opens the data itself, read-only: neither the event loop nor the writer nor a reader of the bot is held.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot.domain import days
from bot.domain.clock import Clock
from bot.domain.dossier import Dossier
from bot.domain.papers import Format, Order, file_name
from bot.domain.recipes import Kind, Recipe
from bot.domain.series import Chart
from bot.domain.world import Setting
from bot.logs import place
from bot.render.files import BrokenTemplate
from bot.render.files.press import Press, PressFailed
from storage import cells, dossiers, series, worlds
from storage.cells import Cells
from storage.sqlite import Tx, open_reader
from storage.surveys import Survey

log = structlog.get_logger()


class NotPrinted(Exception):
    """No file came of an order; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed file, to be deleted by whoever ordered it, and the name under which it is sent."""

    path: Path
    name: str


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


class Papers:
    """Print orders, one after the other; to be closed at the end."""

    def __init__(self, database: Path, setting: Setting, clock: Clock, template: Path | None = None) -> None:
        self._database = database
        self._setting = setting
        self._clock = clock
        self._template = template
        self._press = Press(carry_out)

    async def print(self, stored: Mapping[str, Any]) -> Paper:
        """Print a stored order as things stand now; NotPrinted where none comes of it."""
        try:
            order = Order.read(stored)
        except (KeyError, ValueError, TypeError) as error:
            raise NotPrinted(f"no order: {type(error).__name__}") from error
        commission = Commission(self._database, self._setting, self._clock.now(), order, self._template)
        try:
            path, printed = await self._press.print(commission)
        except PressFailed as failed:
            raise NotPrinted(failed.reason) from failed
        if printed.broken:
            log.error("template passed over", template=str(self._template), why=printed.broken)
        if printed.failure:
            path.unlink(missing_ok=True)
            raise NotPrinted(printed.failure)
        return Paper(path, printed.name)

    async def close(self) -> None:
        """Wait for what is being printed, and take the folder of the files away."""
        await self._press.close()


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
    # Not returned by the task: asyncio.run would spell a task with its result twice (it looks the handler of
    # signals up among an enum's values, and the refusal quotes it), which takes seconds for a nation's figures.
    found: list[_Read] = []

    async def read() -> None:
        async with open_reader(commission.database) as store:
            found.append(await store.read(partial(_figures, commission=commission)))

    asyncio.run(read())
    return found[0]


def _figures(tx: Tx, commission: Commission) -> _Read:
    """Read everything in one snapshot, which is over before anything is rendered."""
    survey = _survey(tx, commission)
    if commission.order.format is Format.CSV:
        return _Read(survey, cells.cells(survey))
    found = dossiers.dossier(survey, journal=commission.order.format is Format.XLSX)
    if commission.order.format is Format.XLSX or not found.days:
        return _Read(survey, found)
    recipe = Recipe(
        Kind.LINE, survey.campaign.code, survey.unit.id, survey.last, commission.order.language, over=found.over
    )
    return _Read(survey, found, series.chart(tx, survey.world, recipe))


def _survey(tx: Tx, commission: Commission) -> Survey:
    """Find what the order names; days to come are not spoken of."""
    order, setting = commission.order, commission.setting
    campaign = setting.campaign(order.campaign)
    if campaign is None:
        raise LookupError(order.campaign)
    until = min(order.until, days.reporting_day(commission.now, setting.zone, campaign))
    world = worlds.load(tx, setting, until)
    root = world.root(campaign)
    if root is None or not world.tree.covers(root.id, order.unit):
        raise LookupError(order.unit)
    return Survey(tx, world, campaign, world.tree[order.unit], until, commission.now)
