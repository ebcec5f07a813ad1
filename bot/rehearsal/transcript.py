"""The transcript: what is new in chats, printed for a terminal."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rehearsal.botapi import GroupChat, Message, User

Say = Callable[[str], None]


class Transcript:
    """Prints messages once, and again when they were edited."""

    def __init__(self, say: Say, zone: ZoneInfo) -> None:
        self._say = say
        self._zone = zone
        self._shown: dict[tuple[int, int], str] = {}

    def show(self, *chats: User | GroupChat) -> None:
        """Print what is new or edited in these chats."""
        for each in chats:
            chat = each.private if isinstance(each, User) else each
            new = [message for message in chat.transcript() if self._is_new(message)]
            if new:
                self._say(f"\n[{chat.title}]")
            for message in new:
                self._print(message)

    def pass_over(self, *chats: User | GroupChat) -> None:
        """Take what is new as seen."""
        for each in chats:
            for message in (each.private if isinstance(each, User) else each).transcript():
                self._is_new(message)

    def _is_new(self, message: Message) -> bool:
        where = (message.chat.id, message.message_id)
        seen, self._shown[where] = self._shown.get(where), message.text
        return seen != message.text and not message.service

    def _print(self, message: Message) -> None:
        local = datetime.fromtimestamp(message.edit_date or message.date, self._zone)
        self._say(f"{local:%H:%M}  {message.who}{' (đã sửa)' if message.edited else ''}")
        if message.file is not None:
            what = "biểu đồ" if message.media == "photo" else f"tệp {message.file.name}"
            self._say(f"       [{what}, {len(message.file.data) // 1000} kB]")
        for line in message.text.splitlines():
            self._say(f"       {line}".rstrip())
        for row in message.buttons:
            self._say("       " + "  ".join(f"[{label}]" for label in row))
