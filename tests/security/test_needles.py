"""V1: whatever a rich session prints, logs or stores is searched for secrets and for people's words."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from handlers.desk import Desk
from storage import retention
from storage.personal import export
from tests import cast
from tests.cli.test_logs import Log, configured
from tests.security.session import (
    NAMES,
    TELEPHONE,
    WORDS,
    Session,
    everything_in,
    failing,
    hits,
    on_air,
    play,
    unpacked,
)
from tests.web.served import SECRET, Served


@pytest.fixture
def log() -> Iterator[Log]:
    yield from configured(Log(), secrets=(cast.TOKEN, SECRET))


@pytest.fixture
async def session(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    """Play a session to the evening, with deliveries by webhook and the real press; `log` holds what it logged."""
    async with on_air(tmp_path) as bot:
        broken = failing(Desk.receive)
        played = await play(bot, lambda: monkeypatch.setattr(Desk, "receive", broken))
        await bot.tomorrow(cast.MORNING.time())
        yield played
    assert log.getvalue()


async def pages(bot: Served) -> list[tuple[str, bytes]]:
    return [(page, (await bot.get(page))[1].encode()) for page in ("healthz", "readyz", "metrics", "")]


async def test_V1_the_log_at_debug_and_the_pages_hold_no_secret_no_name_and_no_word(
    session: Session, log: Log, capfd: pytest.CaptureFixture[str]
) -> None:
    printed = capfd.readouterr()
    seen = [("log", log.getvalue().encode()), ("stdout", printed.out.encode()), ("stderr", printed.err.encode())]
    for event in ("not_simply_sent", "update given up", "update makes no sense"):
        assert event in log.getvalue()
    assert hits(iter([*seen, *await pages(session.bot)]), (*session.secrets, *NAMES, *WORDS, TELEPHONE)) == []


async def test_V1_the_file_its_copies_and_its_sidecars_hold_no_secret(session: Session, tmp_path: Path) -> None:
    bot = session.bot
    await bot.store.backup(tmp_path / "copy.db")
    await bot.app.keeper.look()  # the night's backup, and what goes with it
    found = dict(everything_in(tmp_path))
    assert {"tiendo.db", "copy.db", "tiendo.db.seq"} <= found.keys()
    assert [name for name in found if name.startswith("tiendo-20231202-")]
    assert hits(iter(found.items()), session.secrets) == []


async def test_V1_what_is_sent_and_handed_out_holds_no_secret_but_the_codes_where_they_belong(session: Session) -> None:
    bot = session.bot
    sent = [
        (each.method, repr(each.__dict__ if hasattr(each, "__dict__") else each).encode())
        for each in bot.server.accepted
    ]
    files = [each.file for user in bot.server.world.users.values() for each in user.private.from_bots() if each.file]
    assert any(file.name.endswith(".xlsx") for file in files)
    parts = [part for file in files for part in unpacked(file.name, file.data)]
    copy = await bot.store.read(partial(export, person=2))
    everything = [*sent, *parts, ("copy of own data", repr(copy).encode())]
    assert hits(iter(everything), tuple(set(session.secrets) - set(session.codes))) == []
    assert hits(iter([*parts, everything[-1]]), tuple(session.codes)) == []


async def test_V4_no_group_is_told_a_note_or_a_name(session: Session) -> None:
    groups = session.bot.server.world.groups.values()
    told = "\n".join(message.text for group in groups for message in group.from_bots() if not message.reply_to)
    assert "Bảng xếp hạng" in told
    assert hits(iter([("group", told.encode())]), (*NAMES, *WORDS[:2], TELEPHONE)) == []


async def test_V5_a_masked_number_is_in_no_entry_no_request_and_no_line_of_the_audit(session: Session) -> None:
    kept = "SELECT group_concat(note) || (SELECT group_concat(facts) FROM audit) FROM entries"
    text = await session.bot.store.read(lambda tx: tx.value(kept))
    assert f"{WORDS[0]} •••" in text
    assert TELEPHONE not in text


async def test_V6_after_a_month_nothing_that_was_said_is_left_in_the_file_but_notes(
    session: Session, tmp_path: Path
) -> None:
    bot = session.bot
    for days in range(1, 40, 2):  # a clock is not believed further than two days a night
        await retention.sweep(bot.store, int((cast.MORNING + timedelta(days=days)).timestamp()))
    found = [(name, data) for name, data in everything_in(tmp_path) if name.startswith("tiendo.db")]
    assert hits(iter(found), (WORDS[1], WORDS[3], TELEPHONE, NAMES[2])) == []
    assert hits(iter(found), (WORDS[0],)) != []
