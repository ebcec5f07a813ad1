"""Names of units beside rows: written out where all of them fit, else with their kinds abbreviated as in offices."""

from collections.abc import Iterable

from bot.render.charts.sheet import NORMAL, Sheet, legible

_KINDS = {
    "Thành phố ": "TP. ",
    "Thị trấn ": "TT. ",
    "Thị xã ": "TX. ",
    "Phường ": "P. ",
    "Huyện ": "H. ",
    "Quận ": "Q. ",
    "Xã ": "X. ",
}


def row_names(sheet: Sheet, names: Iterable[str], room: float) -> dict[str, str]:
    """Return what to write for each name, so that all rows of a chart abbreviate alike."""
    written = {name: legible(name) for name in names}
    if all(sheet.width(name, NORMAL, bold=True) <= room for name in written.values()):
        return written
    return {name: _abbreviated(full) for name, full in written.items()}


def _abbreviated(name: str) -> str:
    for kind, short in _KINDS.items():
        if name.startswith(kind) and not name.removeprefix(kind).isdigit():
            return short + name.removeprefix(kind)
    return name
