"""What a message can hold, in the Bot API's own shapes."""

from collections.abc import Callable
from typing import Any

from bot.rehearsal.botapi.entities import find_entities
from bot.rehearsal.botapi.files import FileShelf, StoredFile, picture_size

Json = dict[str, Any]


def text_content(text: str) -> Json:
    """Return what a person's text message holds, with the entities Telegram would find."""
    return _with_entities({"text": text}, "entities", text)


def with_caption(content: Json, caption: str) -> Json:
    """Return media content with another caption and its entities."""
    bare = {key: value for key, value in content.items() if key != "caption_entities"}
    return _with_entities({**bare, "caption": caption}, "caption_entities", caption)


def _with_entities(content: Json, key: str, text: str) -> Json:
    entities = find_entities(text)
    return {**content, key: entities} if entities else content


def photo_content(file: StoredFile) -> Json:
    """Return the `photo` field for one stored picture."""
    width, height = picture_size(file.data)
    return {"photo": [{**file.card(), "width": width, "height": height}]}


def document_content(file: StoredFile) -> Json:
    """Return the `document` field for one stored file."""
    return {"document": {**file.card(), "file_name": file.name, "mime_type": file.mime_type}}


def _voice(file: StoredFile) -> Json:
    return {"voice": {**file.card(), "duration": 3, "mime_type": file.mime_type}}


def _video(file: StoredFile) -> Json:
    return {"video": {**file.card(), "duration": 3, "width": 640, "height": 480}}


def _sticker(file: StoredFile) -> Json:
    size = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": {**file.card(), **size, "type": "regular", "emoji": "👍"}}


# kind -> (folder, default name, type, shape)
_FILES: dict[str, tuple[str, str, str, Callable[[StoredFile], Json]]] = {
    "photo": ("photos", "photo.jpg", "image/jpeg", photo_content),
    "document": ("documents", "file.bin", "application/octet-stream", document_content),
    "voice": ("voice", "voice.oga", "audio/ogg", _voice),
    "video": ("videos", "video.mp4", "video/mp4", _video),
    "sticker": ("stickers", "sticker.webp", "image/webp", _sticker),
}

_PLAIN: dict[str, Json] = {
    "contact": {"phone_number": "84900000001", "first_name": "Liên hệ"},
    "location": {"latitude": 10.2415, "longitude": 106.3759},
    "dice": {"emoji": "🎲", "value": 4},
    "poll": {
        "id": "5291234567890123456",
        "question": "Bao nhiêu?",
        "options": [
            {"text": "45", "voter_count": 0, "persistent_id": "1"},
            {"text": "30", "voter_count": 0, "persistent_id": "2"},
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": False,
        "members_only": False,
    },
    "story": {"chat": {"id": 777000, "type": "private", "first_name": "Telegram"}, "id": 1},
}

MEDIA = frozenset((*_FILES, *_PLAIN))
SERVICE = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "group_chat_created",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "forum_topic_created",
        "forum_topic_closed",
        "forum_topic_reopened",
    }
)


def media_content(shelf: FileShelf, kind: str, data: bytes, name: str, caption: str, mime_type: str = "") -> Json:
    """Return what a media message of `kind` holds; files go to the shelf.

    `kind` is one of `MEDIA`. A `KeyError` means that it is none of them.
    """
    if kind in _FILES:
        folder, default_name, default_type, shape = _FILES[kind]
        content = shape(shelf.keep(data, folder, name or default_name, mime_type or default_type))
    else:
        content = {kind: _PLAIN[kind]}
    return with_caption(content, caption) if caption else content
