"""Methods that put a message into a chat."""

from typing import Any

from bot.rehearsal.botapi.api import Api
from bot.rehearsal.botapi.calls import Call
from bot.rehearsal.botapi.chats import Chat
from bot.rehearsal.botapi.content import document_content, photo_content
from bot.rehearsal.botapi.errors import ApiError, bad_request
from bot.rehearsal.botapi.files import StoredFile
from bot.rehearsal.botapi.keyboards import inline_only, reply_markup
from bot.rehearsal.botapi.messages import Message
from bot.rehearsal.botapi.methods.texts import caption_of, text_of

Json = dict[str, Any]

LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_FILE = 50 * 1024 * 1024
_ATTACHED = "attach://"


def send_message(api: Api, call: Call) -> Json:
    """Send a text."""
    return _send(api, call, text_of(call), "text messages")


def send_photo(api: Api, call: Call) -> Json:
    """Send a picture."""
    file = file_of(api, call, "photo", call.text("photo"))
    return _send(api, call, photo_content(file) | caption_of(call, call.args), "photos")


def send_document(api: Api, call: Call) -> Json:
    """Send a file."""
    file = file_of(api, call, "document", call.text("document"))
    return _send(api, call, document_content(file) | caption_of(call, call.args), "documents")


def send_chat_action(api: Api, call: Call) -> bool:
    """Show that the bot is busy."""
    if not call.text("action"):
        raise bad_request("wrong parameter action in request")
    api.chat(call).check_sending(call.bot, "text messages")
    return True


def file_of(api: Api, call: Call, kind: str, given: str) -> StoredFile:
    """Return an uploaded file, or one that is known by its id; raise ApiError for others."""
    upload = call.files.get(given.removeprefix(_ATTACHED) if given.startswith(_ATTACHED) else kind)
    if upload is not None:
        _check_size(kind, len(upload.data))
        return api.world.stage.files.keep(upload.data, f"{kind}s", upload.name, upload.mime_type)
    if given in api.world.stage.files.by_id:
        return api.world.stage.files.by_id[given]
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    raise bad_request("wrong remote file identifier specified: Wrong string length")


def _check_size(kind: str, size: int) -> None:
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > LARGEST_FILE:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo" and size > LARGEST_PHOTO:
        what = f"file of size {size} bytes is too big for a photo; the maximum size is {LARGEST_PHOTO} bytes"
        raise bad_request(what)


def _send(api: Api, call: Call, content: Json, what: str) -> Json:
    """Check, count, post and record; answer with the message."""
    markup = reply_markup(call)
    chat = api.chat(call)
    chat.check_sending(call.bot, what)
    reply_to, required = _reply_target(call, chat)
    topic = reply_to.thread if reply_to is not None and reply_to.in_topic else None
    thread = chat.thread_for(call.bot, call.number("message_thread_id") or topic)
    if required and reply_to is None:
        raise bad_request("message to be replied not found")
    api.count_send(call, chat)
    message = chat.post(call.bot, content, reply_to=reply_to, reply_markup=inline_only(markup), thread=thread)
    api.record(call, message, markup)
    return message.json()


def _reply_target(call: Call, chat: Chat) -> tuple[Message | None, bool]:
    """Return the message that is answered, if it still exists, and whether it has to."""
    parameters = call.json("reply_parameters", "reply parameters") or {
        "message_id": call.number("reply_to_message_id"),
        "allow_sending_without_reply": call.flag("allow_sending_without_reply"),
    }
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    number = parameters.get("message_id") or 0
    return chat.messages.get(number), bool(number) and not parameters.get("allow_sending_without_reply")
