"""The plain table: one row for each reporting unit, day and key, for whoever reckons on."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.domain.campaign import Campaign, Key
from bot.domain.dossier import Cell
from bot.render.files.plain import harmless

COLUMNS = (
    "campaign",
    "unit_code",
    "unit_name",
    "level",
    "parent_code",
    "parent_name",
    "day",
    "metric",
    "part",
    "name",
    "value",
    "state",
)


def write_table(path: Path, campaign: Campaign, cells: Iterable[Cell]) -> None:
    """Write UTF-8 with a byte order mark, so that spreadsheet programs know it, and all text in quotes.

    Columns and states have the same names in every language. A value that nobody has given is empty.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        table.writerow(COLUMNS)
        table.writerows(_rows(campaign, cells))


def _rows(campaign: Campaign, cells: Iterable[Cell]) -> Iterator[tuple[str | int | None, ...]]:
    """Yield the rows; what many of them share is made safe once."""
    names = {key: _name(campaign, key) for key in campaign.keys}
    known: dict[int, tuple[str, ...]] = {}
    for cell in cells:
        unit = known.get(cell.unit.id)
        if unit is None:
            parent = cell.parent
            whose = (parent.code, parent.name) if parent else ("", "")
            unit = tuple(map(harmless, (cell.unit.code, cell.unit.name, cell.unit.level, *whose)))
            known = {cell.unit.id: unit}  # units come one after the other
        state = cell.state.value if cell.state else ""
        yield campaign.code, *unit, cell.day.isoformat(), *names[cell.key], cell.value, state


def _name(campaign: Campaign, key: Key) -> tuple[str, str, str]:
    metric = campaign.metric(key.metric)
    part = next((part.name for part in metric.parts if part.code == key.part), "")
    return key.metric, key.part, harmless(f"{metric.name} – {part}" if part else metric.name)
