"""A blank file: the schema and no data."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from storage import schema


def lay(path: Path) -> None:
    """Put a blank file where there is none. Opening a store makes one too, but takes longer than most tests."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_content())


@cache
def _content() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        schema.apply(connection, schema.migrations())
        return connection.serialize()
