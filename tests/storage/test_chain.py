"""V9: whoever changes the past behind the triggers' back is shown up by the chain."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import audit, chain
from storage.chain import Broken
from storage.sqlite import Tx
from tests.storage.ground import KH, NOW, TN, Pen

TRIGGERS = ("entries_keep", "entries_stay", "audit_keep", "audit_stay")


@pytest.fixture
def written(tx: Tx, pen: Pen) -> Tx:
    """Write five entries and three lines of the audit, and take the triggers away as a tamperer would."""
    for number in range(1, 6):
        pen.say(pen.slot(), {TN: number, KH: 1})
    for number in range(3):
        audit.note(tx, NOW, "cli", "invite issued", number=number)
    for trigger in TRIGGERS:
        tx.run(f"DROP TRIGGER {trigger}")
    return tx


def test_V9_an_untouched_file_fits_its_chain(written: Tx) -> None:
    assert chain.first_broken(written) == []


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE entries SET amounts = '{\"tn\": 900}' WHERE id = 3", Broken("entries", 3, "changed")),
        ("UPDATE entries SET on_time = 0 WHERE id IN (2, 4)", Broken("entries", 2, "changed")),
        ("UPDATE entries SET chain = '' WHERE id = 4", Broken("entries", 4, "changed")),
        ("DELETE FROM entries WHERE id = 2", Broken("entries", 2, "missing")),
        ("UPDATE audit SET actor = 'person:9' WHERE id = 1", Broken("audit", 1, "changed")),
        ("DELETE FROM audit WHERE id = 3", Broken("audit", 3, "missing")),
    ],
)
def test_V9_the_first_bad_row_is_named(written: Tx, sql: str, broken: Broken) -> None:
    written.run("PRAGMA defer_foreign_keys = ON")
    written.run(sql)
    assert chain.first_broken(written) == [broken]


def test_V9_an_end_that_was_cut_off_is_missed_since_the_last_line_of_the_audit(written: Tx) -> None:
    written.run("PRAGMA defer_foreign_keys = ON")
    written.run("DELETE FROM entries WHERE id > 3")
    assert chain.first_broken(written) == [Broken("entries", 4, "missing")]


def test_V9_a_row_that_was_reckoned_anew_with_all_after_it_is_found_by_the_seal(written: Tx) -> None:
    written.run("UPDATE entries SET note = 'x' WHERE id = 5")
    row = written.one(f"SELECT {', '.join(chain.COLUMNS['entries'])} FROM entries WHERE id = 5")
    former = written.value("SELECT chain FROM entries WHERE id = 4")
    written.run("UPDATE entries SET chain = ? WHERE id = 5", (chain.digest(former, tuple(row)),))
    assert chain.first_broken(written) == [Broken("entries", 5, "changed")]


def test_V9_rows_from_before_the_chain_are_taken_in_by_the_first_row_after_them(written: Tx, pen: Pen) -> None:
    for table in chain.COLUMNS:
        written.run(f"UPDATE {table} SET chain = ''")
    written.run("DELETE FROM meta WHERE key = 'sealed'")
    pen.say(pen.slot(), {TN: 6})
    assert chain.first_broken(written) == []
    written.run("UPDATE entries SET said = 1 WHERE id = 1")
    assert chain.first_broken(written) == [Broken("entries", 6, "changed")]


def test_every_column_of_the_chained_tables_is_digested(tx: Tx) -> None:
    for table, columns in chain.COLUMNS.items():
        assert [row["name"] for row in tx.all(f"PRAGMA table_info({table})")] == [*columns, "chain"]


@given(st.lists(st.none() | st.integers() | st.booleans() | st.text()))
def test_V9_a_digest_is_that_of_the_rows_json_as_any_library_writes_it(values: list[int | str | None]) -> None:
    line = json.dumps(["former", *values], ensure_ascii=False).encode("utf-8", "surrogatepass")
    assert chain.digest("former", values) == hashlib.blake2b(line, digest_size=16).hexdigest()
