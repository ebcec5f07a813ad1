"""Migrations: taken whole or not at all, refused when the file is not the one this program knows; copies."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import schema
from storage.connecting import prepare
from storage.errors import Damaged, SchemaError
from storage.schema import Migration
from storage.sqlite import open_reader, open_store

KNOWN = schema.migrations()
NEWEST = KNOWN[-1].number
NEXT = Migration(
    NEWEST + 1,
    "more",
    """\
CREATE TABLE more (id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;
INSERT INTO more (what)
VALUES ('a'), ('b');  -- two
CREATE TRIGGER more_stay BEFORE DELETE ON more
BEGIN SELECT RAISE(ABORT, 'kept'); END;
ALTER TABLE meta ADD COLUMN since INTEGER;
UPDATE meta SET since = 1
""",
)


@pytest.fixture
def file(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        prepare(connection)
        schema.apply(connection, KNOWN)
        connection.execute("INSERT INTO meta VALUES ('a', 'x')")
        yield connection


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT sql FROM sqlite_master")}


def test_a_new_file_gets_all_steps_and_their_checksums(file: sqlite3.Connection) -> None:
    assert schema.applied(file) == [(step.number, step.checksum) for step in KNOWN]
    assert schema.pending(file) == []


def test_steps_are_numbered_without_gaps_from_one() -> None:
    assert [step.number for step in KNOWN] == list(range(1, len(KNOWN) + 1))


def test_every_table_is_strict(file: sqlite3.Connection) -> None:
    rows = file.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
    assert {row["name"] for row in rows if not row["strict"]} == set()


def test_a_step_is_taken_to_its_last_statement_also_without_a_semicolon(file: sqlite3.Connection) -> None:
    schema.apply(file, [NEXT])
    assert [row[0] for row in file.execute("SELECT what FROM more ORDER BY id")] == ["a", "b"]
    assert file.execute("SELECT since FROM meta").fetchone()[0] == 1
    assert schema.applied(file)[-1] == (NEXT.number, NEXT.checksum)


@pytest.mark.parametrize("number", range(1, 6))
def test_C12_a_step_that_fails_at_any_statement_leaves_nothing_of_itself(file: sqlite3.Connection, number: int) -> None:
    before, statements = tables(file), schema._statements(NEXT.sql)
    spoilt = NEXT._replace(sql="".join([*statements[: number - 1], "SELECT no_such_thing;\n", *statements[number:]]))
    with pytest.raises(sqlite3.OperationalError):
        schema.apply(file, [spoilt])
    assert tables(file) == before
    assert not file.in_transaction
    schema.apply(file, [NEXT])


def test_C12_a_copy_is_kept_from_before_the_step_and_a_failed_try_is_no_hindrance(
    file: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = NEXT._replace(sql="SELECT no_such_thing;")
    monkeypatch.setattr(schema, "migrations", lambda: (*KNOWN, spoilt))
    with pytest.raises(sqlite3.OperationalError):
        schema.prepare(file, path, migrate=True)
    file.execute("INSERT INTO meta VALUES ('b', 'since the failed try')")
    monkeypatch.setattr(schema, "migrations", lambda: (*KNOWN, NEXT))
    schema.prepare(file, path, migrate=True)
    with closing(sqlite3.connect(path.with_name(f"tiendo.db.before-{NEXT.number:04d}"))) as copy:
        assert copy.execute("SELECT key FROM meta ORDER BY key").fetchall() == [("a",), ("b",)]
        assert copy.execute("SELECT max(number) FROM migrations").fetchone() == (NEWEST,)


async def test_S13_a_newer_file_is_refused_and_left_as_it_is(file: sqlite3.Connection, path: Path) -> None:
    schema.apply(file, [NEXT])
    file.close()
    for opener in (open_store, open_reader):
        with pytest.raises(SchemaError) as refused:
            async with opener(path):
                pass
        assert (refused.value.problem, refused.value.found, refused.value.known) == ("newer", NEXT.number, NEWEST)


async def test_S13_an_altered_file_is_refused(file: sqlite3.Connection, path: Path) -> None:
    file.execute("UPDATE migrations SET checksum = 'another'")
    file.close()
    with pytest.raises(SchemaError, match="altered"):
        async with open_store(path):
            pass


async def test_S13_an_older_file_is_refused_unless_it_is_to_be_migrated(
    file: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.close()
    monkeypatch.setattr(schema, "migrations", lambda: (*KNOWN, NEXT))
    for opening in (open_store(path, migrate=False), open_reader(path)):
        with pytest.raises(SchemaError, match="older"):
            async with opening:
                pass
    async with open_store(path) as store:
        assert await store.read(lambda tx: tx.value("SELECT count(*) FROM more")) == 2


def test_C14_a_copy_is_whole_verified_and_for_the_owner_alone(file: sqlite3.Connection, path: Path) -> None:
    target = path.with_name("copy.db")
    target.with_name("copy.db.partial").write_text("left by a copy that was cut off")
    schema.copy_into(file, target)
    with closing(sqlite3.connect(target)) as copy:
        schema.verify(copy)
        assert copy.execute("SELECT key FROM meta").fetchall() == [("a",)]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not target.with_name("copy.db.partial").exists()


def test_C14_a_copy_never_takes_the_place_of_another_file(file: sqlite3.Connection, path: Path) -> None:
    target = path.with_name("copy.db")
    target.write_text("mine")
    with pytest.raises(FileExistsError):
        schema.copy_into(file, target)
    assert target.read_text() == "mine"


def test_C14_a_copy_that_does_not_verify_leaves_nothing(file: sqlite3.Connection, path: Path) -> None:
    file.execute("PRAGMA foreign_keys = OFF")
    file.execute("INSERT INTO accounts VALUES ('telegram', 5, 99)")
    with pytest.raises(Damaged, match="foreign key"):
        schema.copy_into(file, path.with_name("copy.db"))
    assert not list(path.parent.glob("copy*"))


def test_a_table_that_is_made_anew_keeps_its_rows_and_what_refers_to_them(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        schema.apply(connection, schema.migrations()[:2])
        connection.executescript(
            "INSERT INTO units (id, code, name, level) VALUES (1, 'BT', 'Bến Tre', 'tỉnh');"
            "INSERT INTO people (id, name, created) VALUES (1, 'Cán bộ', 0);"
            "INSERT INTO chats (id, channel, external, private) VALUES (1, 'telegram', 5, 1);"
            "INSERT INTO entries VALUES (1, 'K7Q2', 'vneid', 1, '2023-12-01', 0, 1, 'line', 'accepted', '{}', '{}',"
            " '[]', '', NULL, NULL, 9, 1, 1, 0, 0, 1);"
            "INSERT INTO reports VALUES ('vneid', 1, '2023-12-01', 0, 1, 1);"
        )
        schema.apply(connection, schema.migrations()[2:])
        assert connection.execute("SELECT ref FROM reports JOIN entries ON entries.id = entry").fetchall() == [
            ("K7Q2",)
        ]
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute("UPDATE entries SET note = 'x'")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("INSERT INTO reports VALUES ('vneid', 1, '2023-12-02', 0, 7, 1)")
