"""Written: values as JSON, the way the file keeps them."""

import json
from typing import Any

import orjson


def written(value: Any) -> str:
    """Return a value as JSON."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # numbers beyond 64 bits, halves of characters: what may be said, but not be kept as plain text
        return json.dumps(value)
