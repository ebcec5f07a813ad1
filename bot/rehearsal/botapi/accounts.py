"""Who can be the sender of a message."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(eq=False, kw_only=True)
class Account:
    """Describe a person, a bot or one of Telegram's own senders; identity is the number."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    @property
    def name(self) -> str:
        """Return the name as chats show it."""
        return f"{self.first_name} {self.last_name}".strip()

    def card(self) -> Json:
        """Return the `User` object of the Bot API."""
        card: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.last_name:
            card["last_name"] = self.last_name
        if self.username:
            card["username"] = self.username
        if self.language_code:
            card["language_code"] = self.language_code
        return card


ANONYMOUS_ADMIN = Account(id=1087968824, first_name="Group", username="GroupAnonymousBot", is_bot=True)
TELEGRAM = Account(id=777000, first_name="Telegram")
