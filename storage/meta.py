"""Single facts about this file: whose bot it belongs to, which roster it holds."""

from storage.sqlite import Tx

_KNOWN = "meta"


def get(tx: Tx, key: str) -> str | None:
    """Return the fact, or None."""
    value: str | None = tx.value("SELECT value FROM meta WHERE key = ?", (key,))
    return value


def some(tx: Tx, *keys: str) -> dict[str, str]:
    """Return those of the facts that there are, in one look, and one for all who ask in a transaction."""
    known: dict[tuple[str, ...], dict[str, str]] = tx.known.setdefault(_KNOWN, {})
    if keys not in known:
        known[keys] = dict(tx.all(f"SELECT key, value FROM meta WHERE key IN ({', '.join('?' * len(keys))})", keys))
    return known[keys]


def put(tx: Tx, key: str, value: str) -> None:
    """Set the fact."""
    tx.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
    tx.known.pop(_KNOWN, None)


def drop(tx: Tx, key: str) -> None:
    """Take the fact away."""
    tx.run("DELETE FROM meta WHERE key = ?", (key,))
    tx.known.pop(_KNOWN, None)
