"""Written: values as JSON, the quick way; what that refuses goes the ordinary one."""

import json
from typing import Any

import orjson


def written(value: Any) -> str:
    """Return a value as JSON."""
    return packed(value).decode()


def packed(value: Any) -> bytes:
    """Return a value as JSON, as it travels."""
    try:
        return orjson.dumps(value)
    except TypeError:  # numbers beyond 64 bits, halves of characters: what may be said, but not be kept as plain text
        return json.dumps(value).encode()


def read(text: str | bytes) -> Any:
    """Return the value of a JSON text. ValueError, or RecursionError, when it is none."""
    try:
        return orjson.loads(text)
    except ValueError:  # half a character in one text must not hide what stands beside it
        return json.loads(text)
