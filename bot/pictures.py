"""Pictures: a recipe from the outbox becomes a chart, read when it is sent and drawn outside the event loop."""

from collections import OrderedDict
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import structlog

from bot.domain.recipes import Recipe
from bot.domain.series import Chart
from storage import series
from storage.sqlite import Store, Tx
from storage.worlds import Worlds

KEPT = 32  # pictures, some 100 KB each: one goes to several chats

log = structlog.get_logger()


class Painter(Protocol):
    """What draws a chart: `bot.render.charts.painter`, or a stand-in."""

    async def paint(self, chart: Chart) -> bytes:
        """Return the chart as a PNG; raises where none comes of it."""
        ...

    async def close(self) -> None:
        """Let go of whatever draws."""
        ...


class Pictures:
    """Paint recipes. What shows the same figures is painted once."""

    def __init__(self, store: Store, worlds: Worlds, painter: Painter) -> None:
        self._store = store
        self._worlds = worlds
        self._painter = painter
        self._kept: OrderedDict[Chart, bytes] = OrderedDict()

    async def paint(self, stored: Mapping[str, Any]) -> bytes | None:
        """Return the PNG of a stored recipe, None where it cannot be had. Never raises."""
        try:
            return await self._paint(Recipe.read(stored))
        except Exception as error:  # noqa: BLE001  (whatever a picture breaks over, its words must still be sent)
            log.error("not painted", recipe=dict(stored), error=type(error).__name__, why=str(error))
            return None

    async def _paint(self, recipe: Recipe) -> bytes:
        chart = await self._store.read(partial(self._read, recipe=recipe))
        if chart not in self._kept:
            self._kept[chart] = await self._painter.paint(chart)
        self._kept.move_to_end(chart)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[chart]

    def _read(self, tx: Tx, recipe: Recipe) -> Chart:
        return series.chart(tx, self._worlds.of(tx, recipe.day), recipe)
