"""The methods of the Bot API that are served: a name and a function each."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.rehearsal.botapi.api import Api
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.methods import buttons, chats, editing, profile, receiving, sending

Method = Callable[[Api, Call], Any | Awaitable[Any]]

_METHODS: dict[str, Method] = {
    "getMe": profile.get_me,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyDescription": profile.set_my_description,
    "setMyShortDescription": profile.set_my_short_description,
    "getUpdates": receiving.get_updates,
    "setWebhook": receiving.set_webhook,
    "deleteWebhook": receiving.delete_webhook,
    "getWebhookInfo": receiving.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageMedia": editing.edit_message_media,
    "deleteMessage": editing.delete_message,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "setMessageReaction": editing.set_message_reaction,
    "answerCallbackQuery": buttons.answer_callback_query,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatAdministrators": chats.get_chat_administrators,
    "leaveChat": chats.leave_chat,
    "getFile": chats.get_file,
}

# Telegram does not look at the case of a method's name; records carry the documented one.
METHODS: dict[str, tuple[str, Method]] = {name.lower(): (name, method) for name, method in _METHODS.items()}
