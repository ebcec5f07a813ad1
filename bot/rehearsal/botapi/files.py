"""Files that were sent, kept in memory and downloadable."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_PNG_HEADER = 24
_PNG = b"\x89PNG\r\n\x1a\n"
_DEFAULT_SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Hold one file: its ids, its path under `/file/bot<token>/`, its name, type and bytes."""

    file_id: str
    file_unique_id: str
    path: str
    name: str
    mime_type: str
    data: bytes

    def card(self) -> Json:
        """Return the fields that every kind of file shares."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": len(self.data),
        }


class FileShelf:
    """Keep the files of all chats, by id and by path."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}
        self.by_path: dict[str, StoredFile] = {}

    def keep(self, data: bytes, folder: str, name: str, mime_type: str) -> StoredFile:
        """Store `data` and return it with ids and a path of its own."""
        number = len(self.by_id) + 1
        suffix = name[name.rfind(".") :] if "." in name else ""
        stored = StoredFile(
            file_id=f"AgACAgUAAxkBAAI{number:012d}",
            file_unique_id=f"AQAD{number:08d}",
            path=f"{folder}/file_{number}{suffix}",
            name=name,
            mime_type=mime_type,
            data=data,
        )
        self.by_id[stored.file_id] = stored
        self.by_path[stored.path] = stored
        return stored


def picture_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels from a PNG header, or a usual size for other pictures."""
    if data.startswith(_PNG) and len(data) >= _PNG_HEADER:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    return _DEFAULT_SIZE
