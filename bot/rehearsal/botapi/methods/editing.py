"""Methods that change or take away messages."""

from typing import Any

from bot.rehearsal.botapi.api import Api
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.content import document_content, photo_content
from bot.rehearsal.botapi.errors import bad_request
from bot.rehearsal.botapi.groups import Group
from bot.rehearsal.botapi.keyboards import inline_only, reply_markup
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.methods.sending import file_of
from bot.rehearsal.botapi.methods.texts import caption_of, text_of

Json = dict[str, Any]

DELETE_WITHIN_S = 48 * 3600
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_SHAPES = {"photo": photo_content, "document": document_content}


def edit_message_text(api: Api, call: Call) -> Json:
    """Replace the text of an own message; a keyboard that is not given again goes away."""
    content = text_of(call)
    markup = reply_markup(call)
    message = _own_message(api, call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _change(api, call, message, content, markup)


def edit_message_reply_markup(api: Api, call: Call) -> Json:
    """Replace the keyboard of an own message."""
    markup = reply_markup(call)
    message = _own_message(api, call)
    return _change(api, call, message, message.content, markup)


def edit_message_media(api: Api, call: Call) -> Json:
    """Replace the picture or file of an own message, with its caption."""
    media = call.json("media", "input media")
    shape = _SHAPES.get(str(media.get("type"))) if isinstance(media, dict) else None
    if shape is None:
        raise bad_request("can't parse InputMedia: media not found")
    file = file_of(api, call, media["type"], str(media.get("media", "")))
    content = shape(file) | caption_of(call, media)
    markup = reply_markup(call)
    return _change(api, call, _own_message(api, call), content, markup)


def _own_message(api: Api, call: Call) -> Message:
    message = _message(api, call, "message to edit")
    if message.sender is not call.bot or message.service:
        raise bad_request("message can't be edited")
    return message


def _message(api: Api, call: Call, what: str) -> Message:
    """Return the message that the call speaks of; raise ApiError when it or its chat is gone."""
    chat = api.chat(call)
    if isinstance(chat, Group):
        chat.check_sending(call.bot, "text messages")
    message = chat.messages.get(call.number("message_id"))
    if message is None:
        raise bad_request(f"{what} not found")
    return message


def _change(api: Api, call: Call, message: Message, content: Json, markup: Json | None) -> Json:
    """Put new content and keyboard into a message; refuse when nothing changes."""
    keyboard = inline_only(markup)
    if message.content == content and message.reply_markup == keyboard:
        raise bad_request(_NOT_MODIFIED)
    if message.content != content:
        message.edit_date = api.world.stage.seconds()
    message.content, message.reply_markup = content, keyboard
    api.record(call, message, markup)
    return message.json()


def delete_message(api: Api, call: Call) -> bool:
    """Delete a message: an own one, or as an admin any, within 48 hours."""
    message = _message(api, call, "message to delete")
    chat = message.chat
    admin = isinstance(chat, Group) and chat.is_admin(call.bot)
    if isinstance(chat, Group) and message.sender is not call.bot and not admin:
        raise bad_request("message can't be deleted")
    if api.world.stage.seconds() - message.date > DELETE_WITHIN_S:
        raise bad_request("message can't be deleted for everyone")
    chat.remove(message)
    return True


def pin_chat_message(api: Api, call: Call) -> bool:
    """Pin a message."""
    message = _message(api, call, "message to pin")
    _check_pinning(message.chat, call)
    if message not in message.chat.pinned:
        message.chat.pinned.append(message)
        message.chat.post(call.bot, {"pinned_message": message.json(with_reply=False)})
    api.world.stage.changed.fire()
    return True


def unpin_chat_message(api: Api, call: Call) -> bool:
    """Unpin a message, the newest pinned one if none is named."""
    chat = api.chat(call)
    _check_pinning(chat, call)
    number = call.number("message_id")
    pinned = [m for m in chat.pinned if number in (0, m.message_id)]
    if not pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(pinned[-1])
    api.world.stage.changed.fire()
    return True


def _check_pinning(chat: Any, call: Call) -> None:
    if isinstance(chat, Group) and not chat.is_admin(call.bot):
        raise bad_request("not enough rights to manage pinned messages in the chat")


def set_message_reaction(api: Api, call: Call) -> bool:
    """Put the bot's reactions under a message, in place of its former ones."""
    message = _message(api, call, "message to react")
    message.reactions[call.bot.id] = call.json("reaction", "reaction types") or []
    api.world.stage.changed.fire()
    return True
