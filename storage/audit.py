"""Who did what, for good."""

import json
from typing import Any

from storage.sqlite import Tx


def note(tx: Tx, now: int, actor: str, what: str, **facts: Any) -> None:
    """Append one line; `actor` is `person:ID`, `account:ID` or `cli`."""
    tx.run(
        "INSERT INTO audit (at, actor, what, facts) VALUES (?, ?, ?, ?)",
        (now, actor, what, json.dumps(facts, ensure_ascii=False)),
    )
