"""A dossier to be filed: two districts with parts, a ratio, every state of a day, and names not to be trusted."""

from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.domain.absence import Leave
from bot.domain.campaign import Key
from bot.domain.dossier import Cell, Dossier
from bot.domain.figures import Language
from bot.render.files.content import Content
from storage import cells, dossiers, leaves
from storage.leaves import Whose
from storage.sqlite import Tx
from storage.surveys import Survey
from tests import cast
from tests.storage.ground import Pen, in_memory, transaction, world_of

FORMULA = '=HYPERLINK("http://x")<b>&'
METRICS: list[dict[str, Any]] = [
    {
        "code": "tn",
        "name": "Thu nhận",
        "parts": [{"code": "m1", "name": "Mức 1"}, {"code": "m2", "name": "Mức 2"}],
    },
    {"code": "kh", "name": "Kích hoạt", "main": True},
    {"code": "tyle", "name": "Tỷ lệ", "kind": "ratio", "of": ["kh", "tn"], "target_percent": 80.0},
]
CONFIG = cast.config(Path(), campaigns=[cast.campaign(metrics=METRICS)])
ROSTER = cast.ROSTER.replace("Xã Giao Long", '"=HYPERLINK(""http://x"")<b>&"')
M1, M2, KH = Key("tn", "m1"), Key("tn", "m2"), Key("kh")
DAY = cast.TODAY
EVENING = datetime(2023, 12, 1, 18, 0, tzinfo=CONFIG.zone)
LATE_DAYS = 8


def _report(tx: Tx) -> None:
    pen = Pen(tx, world_of(tx, CONFIG))
    for back in range(LATE_DAYS, -1, -1):
        day = DAY - timedelta(days=back)
        pen.say(pen.slot(cast.AN_HOI, day), {M1: 5, M2: 40 + back, KH: 30}, note="@SUM(A1)\x07 ghi chú")
        pen.say(pen.slot(cast.PHU_KHUONG, day), {M1: 0, M2: 0, KH: 0})
        pen.say(pen.slot(cast.GIAO_LONG, day), {M1: 1, M2: 2, KH: 3}, on_time=back > 0)
    pen.ask(pen.slot(cast.CHAU_THANH_TOWN), {M1: 9_000})
    leaves.give(tx, Whose(unit=pen.unit(cast.SON_DONG)), Leave(DAY, DAY), "admin:1", 0)


def _survey(tx: Tx, code: str) -> Survey:
    world = world_of(tx, CONFIG)
    unit = world.tree.find(code)
    assert unit is not None
    return Survey(world.setting, CONFIG.campaigns[0], DAY, EVENING, tx, world, unit)


@cache
def dossier(code: str = "BT") -> Dossier:
    """Return what is read of a unit on the evening of the cast's day."""
    with in_memory(CONFIG, ROSTER) as connection, transaction(connection) as tx:
        _report(tx)
        return dossiers.dossier(_survey(tx, code), journal=True)


@cache
def plain_cells() -> tuple[Cell, ...]:
    """Return every number of every reporting unit and day."""
    with in_memory(CONFIG, ROSTER) as connection, transaction(connection) as tx:
        _report(tx)
        return tuple(cells.cells(_survey(tx, "BT")))


def content(code: str = "BT", language: Language = "vi", chart: bytes | None = None) -> Content:
    """Return the same, to be written."""
    return Content(dossier(code), language, CONFIG.zone, chart)


def first_day() -> date:
    """Return the campaign's first day."""
    return CONFIG.campaigns[0].starts
