"""A country to measure on: provinces, districts and wards with four metrics, and the people who report."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.domain.roster import Roster, diff, read_roster
from bot.domain.units import UnitId
from storage import chats, people, rosters
from storage.people import Role
from storage.sqlite import Tx, open_store

PROVINCES, DISTRICTS, WARDS = 63, 705, 10_599
"""What Viet Nam had at the end of 2023."""

FIRST_ACCOUNT = 300_000_001
CHANNEL = "telegram"

METRICS: list[dict[str, Any]] = [
    {"code": "tn", "name": "Thu nhận", "max_per_day": 5_000},
    {"code": "kh", "name": "Kích hoạt", "at_most": "tn", "main": True},
    {"code": "hs", "name": "Hồ sơ trực tuyến", "required": False},
    {"code": "tb", "name": "Tuyên truyền", "required": False},
]


@dataclass(frozen=True)
class Country:
    """Its roster as a table, and the codes of the wards in order."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wards: tuple[str, ...]


def line(number: int) -> str:
    """Return what an officer writes: hardly two neighbours the same."""
    registered = 20 + number * 37 % 61
    return f"{registered} {registered * (number % 7 + 3) // 10}"


def country(wards: int = WARDS, metrics: int = 2) -> Country:
    """Return a country of so many wards, in districts and provinces as full as the real ones."""
    codes = [metric["code"] for metric in METRICS[:metrics]]
    columns = [f"{kind}.{code}" for code in codes for kind in ("target", "baseline")]
    header = ("code", "name", "level", "parent", *columns)
    nothing = ("",) * len(columns)
    rows: list[tuple[str, ...]] = [("VN", "Việt Nam", "nước", "", *nothing)]
    seen: set[str] = set()
    leaves: list[str] = []
    for number in range(wards):
        district = number * DISTRICTS // WARDS
        province = district * PROVINCES // DISTRICTS
        above, middle, leaf = f"T{province:02}", f"H{district:03}", f"X{number:05}"
        if above not in seen:
            rows.append((above, f"Tỉnh {province + 1}", "tỉnh", "VN", *nothing))
        if middle not in seen:
            rows.append((middle, f"Huyện {district + 1}", "huyện", above, *nothing))
        seen |= {above, middle}
        figures = [text for _ in codes for text in (str(4_000 + number % 3_000), str(1_000 + number % 700))]
        rows.append((leaf, f"Xã {number + 1}", "xã", middle, *figures))
        leaves.append(leaf)
    return Country(header, tuple(rows), tuple(leaves))


def settings(folder: Path, *, starts: date, deadline: date, metrics: int = 2) -> dict[str, Any]:
    """Return the config as a file would hold it; data in `folder`, nobody's token."""
    return {
        "timezone": "Asia/Ho_Chi_Minh",
        "admins": [FIRST_ACCOUNT - 1],
        "storage": {"url": f"sqlite:///{folder / 'tiendo.db'}"},
        "campaigns": [
            {
                "code": "vneid",
                "name": "Cao điểm kích hoạt tài khoản định danh điện tử",
                "root": "VN",
                "starts": starts,
                "deadline": deadline,
                "metrics": METRICS[:metrics],
            }
        ],
    }


def write(folder: Path, data: dict[str, Any]) -> Path:
    """Write the config file and return its path."""
    path = folder / "config.toml"
    path.write_text(_toml(data), encoding="utf-8")
    return path


def _toml(data: dict[str, Any]) -> str:
    """Spell the few shapes that such a config has."""
    tables = "".join(f"[{name}]\n{_pairs(each)}" for name, each in data.items() if isinstance(each, dict))
    campaigns = "".join(
        f"[[campaigns]]\n{_pairs(each)}" + "".join(f"[[campaigns.metrics]]\n{_pairs(m)}" for m in each["metrics"])
        for each in data["campaigns"]
    )
    return f"{_pairs(data)}{tables}{campaigns}"


def _pairs(values: dict[str, Any]) -> str:
    plain = {name: value for name, value in values.items() if name not in {"campaigns", "metrics"}}
    return "".join(f"{name} = {_value(value)}\n" for name, value in plain.items() if not isinstance(value, dict))


def _value(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


async def settle(config: Config, land: Country, now: datetime, officers: int) -> None:
    """Make the database: the roster, and an officer for each of the first wards."""
    read = read_roster(land.header, list(enumerate(land.rows, 2)), config.campaigns)
    if not isinstance(read, Roster):
        raise TypeError(read[:3])
    async with open_store(config.storage.path, create=True) as store:
        await store.write(partial(_settle, config=config, roster=read, now=now, wards=land.wards[:officers]))


def _settle(tx: Tx, config: Config, roster: Roster, now: datetime, wards: tuple[str, ...]) -> None:
    moment = int(now.timestamp())
    day = config.campaigns[0].starts
    rosters.apply(tx, diff(rosters.stored(tx, config.campaigns, day), roster), day, moment)
    units = {row["code"]: row["id"] for row in tx.all("SELECT id, code FROM units")}
    for number, ward in enumerate(wards):
        appoint(tx, FIRST_ACCOUNT + number, f"Cán bộ {number}", Role.OFFICER, units[ward], moment)


def appoint(tx: Tx, account: int, name: str, role: Role, unit: UnitId, moment: int) -> None:
    """Give somebody a post, and the chat in which they were given it."""
    people.appoint(tx, people.enrol(tx, CHANNEL, account, name=name, now=moment), role, unit, moment)
    chats.meet(tx, CHANNEL, account, private=True)
