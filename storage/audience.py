"""The audience of what is said by itself: the private chats of commanders."""

from bot.domain.units import UnitId
from storage import chats
from storage.chats import Chat
from storage.sqlite import Tx


def commanders(tx: Tx, channel: str) -> list[tuple[Chat, UnitId]]:
    """Return the private chats of commanders that can be reached, once for each post, in the order of appointment."""
    rows = tx.all(
        "SELECT c.id, r.unit FROM roles r JOIN accounts a ON a.person = r.person"
        " JOIN chats c ON c.channel = a.channel AND c.external = a.external"
        " WHERE r.role = 'commander' AND r.until IS NULL AND a.channel = ? AND c.private = 1 AND c.reachable = 1"
        " ORDER BY r.id, c.id",
        (channel,),
    )
    return [(chats.get(tx, row["id"]), UnitId(row["unit"])) for row in rows]
