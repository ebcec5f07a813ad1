"""The fingerprint of a config: every key with its value, flat and in a fixed form, without what is secret."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SECRET = frozenset({"telegram.token"})
ADDRESSES = frozenset({"telegram.base_url", "telegram.webhook.url"})
"""Paths of addresses may be secret: that they changed is told, not what they are."""

UNORDERED = frozenset({"admins", "calendar.holidays", "calendar.working_days"})


def fingerprint(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `campaigns.vneid.deadline` and its like with their JSON values.

    Tables in a list are named by their code, else by their number from 1.
    """
    return dict(_flat("", config))


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if key in SECRET:
        return
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}".lstrip("."), inner)
    elif isinstance(value, Sequence) and value and all(isinstance(each, Mapping) for each in value):
        for number, each in enumerate(value, 1):
            yield from _flat(f"{key}.{each.get('code', number)}", each)
    elif key in ADDRESSES and value is not None:
        yield key, hashlib.sha256(str(value).encode()).hexdigest()[:12]
    elif key in UNORDERED:
        yield key, sorted(value)
    else:
        yield key, value
