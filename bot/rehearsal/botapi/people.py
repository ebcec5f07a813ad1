"""People who write, press and block."""

from dataclasses import dataclass
from datetime import datetime

from bot.rehearsal.botapi.accounts import Account
from bot.rehearsal.botapi.bots import BotAccount
from bot.rehearsal.botapi.chats import PrivateChat
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.stage import Press, Stage


@dataclass(eq=False, kw_only=True)
class User(Account):
    """Act as one person; `bot` is whom `private` talks to."""

    stage: Stage
    bot: BotAccount

    @property
    def private(self) -> PrivateChat:
        """Return the private chat with the world's first bot."""
        return self.chat_with(self.bot)

    def chat_with(self, bot: BotAccount) -> PrivateChat:
        """Return the private chat with `bot`, closed until the person writes."""
        if self.id not in bot.private_chats:
            bot.private_chats[self.id] = PrivateChat(self.stage, self, bot)
        return bot.private_chats[self.id]

    def edit(self, message: Message, text: str, *, at: datetime | None = None) -> Message:
        """Edit an own message."""
        if message.sender is not self:
            raise PermissionError("people edit only their own messages")
        return message.chat.edit(message, text, at=at)

    def press(self, message: Message, button: str | int) -> Press:
        """Press a button by its label, or by its number over all rows; LookupError if absent."""
        rows = (message.reply_markup or {}).get("inline_keyboard", [])
        flat = [each for row in rows for each in row]
        if isinstance(button, str):
            flat, button = [each for each in flat if each["text"] == button], 0
        if button >= len(flat):
            raise LookupError(message.buttons)
        return self.press_data(message, flat[button]["callback_data"])

    def press_data(self, message: Message, data: str) -> Press:
        """Press with data of one's own making: an old or a forged button."""
        return message.chat.press(self, message, data)

    def block_bot(self) -> None:
        """Block the bot."""
        self.private.block(blocked=True)

    def unblock(self) -> None:
        """Unblock the bot."""
        self.private.block(blocked=False)

    def deactivate(self) -> None:
        """Delete the account."""
        self.private.deactivated = True
