"""Who did what, for good: each line carries a digest of itself and of the one before it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.domain.roster import Change, RosterDiff
from storage import chain, meta
from storage.sqlite import Tx

_CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit; `actor` is `person:ID`, `account:ID` or `cli`."""

    id: int
    at: int
    actor: str
    what: str
    facts: Mapping[str, Any]


def note(tx: Tx, now: int, actor: str, what: str, **facts: Any) -> None:
    """Append one line; `actor` is `person:ID`, `account:ID` or `cli`."""
    former = chain.head(tx, "audit")
    chain.append(tx, "audit", former, (former.id + 1, now, actor, what, json.dumps(facts, ensure_ascii=False)))
    chain.seal(tx)


def note_roster(tx: Tx, now: int, actor: str, diff: RosterDiff) -> None:
    """Append a line for each figure and property of a unit that an import changes, with its old and new value.

    Of units that are new only how many there are: their figures stand, dated, in tables that keep every version.
    """
    for change in (*diff.changed, *diff.moved):
        column = str(change.column)
        note(tx, now, actor, _named(column), unit=change.code, column=column, **_sides(change))


def note_config(tx: Tx, now: int, actor: str, settings: Mapping[str, Any]) -> None:
    """Append a line when the config is another than at the last start, with the keys that changed, old and new.

    `settings` holds every key of the config without what is secret. At the first start nothing is noted.
    """
    known = meta.get(tx, _CONFIG)
    before = settings if known is None else json.loads(known)
    keys = sorted(key for key in {*before, *settings} if before.get(key) != settings.get(key))
    if keys:
        changed = {key: [before.get(key), settings.get(key)] for key in keys}
        note(tx, now, actor, "config changed", keys=changed)
    if keys or known is None:
        meta.put(tx, _CONFIG, json.dumps(settings, ensure_ascii=False, sort_keys=True))


def since(tx: Tx, moment: int) -> list[Line]:
    """Return the lines from an instant on, oldest first."""
    rows = tx.all("SELECT id, at, actor, what, facts FROM audit WHERE at >= ? ORDER BY id", (moment,))
    return [Line(row["id"], row["at"], row["actor"], row["what"], json.loads(row["facts"])) for row in rows]


def _named(column: str) -> str:
    kind, _, rest = column.partition(".")
    if rest:
        return f"{kind} changed"  # a target or a baseline
    return "unit moved" if column == "parent" else "unit changed"


def _sides(change: Change) -> dict[str, Any]:
    """Return both values as JSON takes them; a percentage of the population as text."""
    return {"old": _plain(change.old), "new": _plain(change.new)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Decimal):
        return f"{value}%"
    return value if value is None or isinstance(value, int | str) else str(value)
