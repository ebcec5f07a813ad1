"""Specimens: one chart of each kind for Bến Tre. Days after 14-11-2023 are made up and say so on the picture."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from bot.domain import standings
from bot.domain.days import Calendar, State
from bot.domain.figures import Share
from bot.domain.pace import Plan, planned
from bot.domain.series import Band, Bar, Bars, Chart, Grid, Line, PhaseEnd, Row, Title
from bot.domain.standings import Contender
from bot.domain.units import UnitId

_CAMPAIGN = "Công dân số"
_REHEARSAL = "Số liệu diễn tập · Công dân số"
_METRIC = "Kích hoạt"
_EVE, _TODAY, _DEADLINE = date(2023, 11, 14), date(2023, 12, 1), date(2023, 12, 15)
_EVERY_DAY = Calendar(working_days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
_BASELINE, _TARGET = 663_614, 930_767
_DAYS = (6200, 7400, 7900, 8100, 4100, 8600, 9300, 8800, 9100, 7700, 6900, 3600, 8200, 8400, 7900, 8700, 5800)
_LETTERS = {
    "D": State.REPORTED,
    "M": State.LATE,
    "0": State.ZERO,
    "X": State.MISSING,
    "N": State.ON_LEAVE,
    "K": State.LOCKED,
    "?": State.QUESTIONED,
    ".": None,
}
_HISTORY = {
    "Thành phố Bến Tre": "DDDDDDDDDDMDDD",
    "Huyện Châu Thành": "DDDDDDDDDDDDDD",
    "Huyện Chợ Lách": "DDMDDNDDDDDMD.",
    "Huyện Mỏ Cày Nam": "DDDDDDDMDDDDD?",
    "Huyện Giồng Trôm": "DMDD0DDDDDXDDD",
    "Huyện Bình Đại": "DDDDDNNDDDDDMD",
    "Huyện Ba Tri": "KKDMDKMDKDMXXM",
    "Huyện Thạnh Phú": "DDDDDDDDDDDDDD",
    "Huyện Mỏ Cày Bắc": "DKMDD0DDKDDMX.",
}


def specimens(roster: Path) -> Iterator[tuple[str, Chart]]:
    """Yield charts with the names of their files; `roster` is the example's CSV."""
    with roster.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    yield "line", _line()
    yield "bars", _districts(rows)
    yield "bars-rehearsal", _communes(rows, "CT")
    yield "grid", _grid()


def _line() -> Line:
    days = [_EVE + timedelta(days=n) for n in range((_DEADLINE - _EVE).days + 1)]
    end_of_first = date(2023, 11, 30)
    plan = Plan(days[1], _BASELINE, ((end_of_first, 800_000), (_DEADLINE, _TARGET)))
    return Line(
        title=Title("Bến Tre", _METRIC, _REHEARSAL),
        language="vi",
        today=_TODAY,
        deadline=_DEADLINE,
        totals=tuple(zip(days, accumulate(_DAYS, initial=_BASELINE), strict=False)),
        plan=tuple((day, planned(plan, day, _EVERY_DAY)) for day in days),
        target=_TARGET,
        phases=(PhaseEnd("Giai đoạn 1", end_of_first, 800_000), PhaseEnd("Giai đoạn 2", _DEADLINE, _TARGET)),
        forecast=Band(881_000, 921_000),
    )


def _districts(rows: Iterable[dict[str, str]]) -> Bars:
    names = {row["code"]: row["name"] for row in rows if row["level"] == "huyen"}
    totals: defaultdict[str, int] = defaultdict(int)
    targets: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        if row["level"] == "xa":
            totals[row["parent"]] += int(row["baseline.kh"])
            targets[row["parent"]] += int(row["target.kh"])
    shares = {name: Share(totals[code], targets[code]) for code, name in names.items()}
    campaign = f"{_CAMPAIGN} · chỉ tiêu từng huyện là số giả định"
    return Bars(Title("Bến Tre", _METRIC, campaign), "vi", _EVE, _ranked(shares), decimals=2)


def _communes(rows: Iterable[dict[str, str]], district: str) -> Bars:
    """Give every commune a made-up rise, so that places move; two have not reported."""
    before, now = {}, {}
    for n, row in enumerate(row for row in rows if row["parent"] == district):
        target, baseline = int(row["target.kh"]), int(row["baseline.kh"])
        before[row["name"]] = Share(baseline, target)
        now[row["name"]] = Share(baseline + (target - baseline) * (3 + n * 7 % 6) // 14, target)
    title = Title("Huyện Châu Thành", _METRIC, _REHEARSAL)
    bars = _ranked(now, before, own="Xã Giao Long", missing=("Xã Tường Đa", "Xã Sơn Hòa"))
    return Bars(title, "vi", _TODAY, bars, planned=Share(911, 1000))


def _ranked(
    shares: dict[str, Share], before: dict[str, Share] | None = None, own: str = "", missing: tuple[str, ...] = ()
) -> tuple[Bar, ...]:
    places = {place.name: place.place for place in _standings(before or {})}
    bars = []
    for place in _standings({name: share for name, share in shares.items() if name not in missing}):
        old = places.get(place.name)
        moved = old - place.place if old and place.place else None
        bars.append(Bar(place.name, shares[place.name], place.place, moved, own=place.name == own))
    return (*bars, *(Bar(name, shares[name], None, missing=True) for name in missing))


def _standings(shares: dict[str, Share]) -> tuple[standings.Place, ...]:
    return standings.rank(Contender(UnitId(n), name, share) for n, (name, share) in enumerate(shares.items()))


def _grid() -> Grid:
    days = tuple(_TODAY - timedelta(days=n) for n in reversed(range(14)))
    rows = tuple(Row(name, tuple(_LETTERS[letter] for letter in states)) for name, states in _HISTORY.items())
    return Grid(Title("Bến Tre", _METRIC, _REHEARSAL), "vi", days, rows)
