"""Single facts about this file: whose bot it belongs to, which roster it holds."""

from storage.sqlite import Tx


def get(tx: Tx, key: str) -> str | None:
    """Return the fact, or None."""
    value: str | None = tx.value("SELECT value FROM meta WHERE key = ?", (key,))
    return value


def put(tx: Tx, key: str, value: str) -> None:
    """Set the fact."""
    tx.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
