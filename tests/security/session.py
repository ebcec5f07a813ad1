"""A rich session: everything that handles a secret or a person's words happens once, and much of it fails."""

import io
import re
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.app import App, running, setting_of
from bot.cli.run import note_start
from bot.rehearsal import scene
from bot.rehearsal.botapi import Fault, User
from bot.service import Serving
from handlers.desk import Desk
from storage.invites import InviteKind
from storage.sqlite import Tx
from tests import cast
from tests.cast import AN_HOI, PHU_KHUONG
from tests.stage import QuickPainter, backstage
from tests.web.served import SECRET, Served, free_port, hooked

NAMES = ("Trần Thị Kiểm Thử", "Lê Văn Nhóm Trưởng", "Người Lạ Mặt")
WORDS = ("ghi-chú-riêng-của-tôi", "tin-làm-hỏng-bot", "thông-báo-nội-bộ-mật", "câu-nói-của-người-lạ")
TELEPHONE = "0912345678"
CODE = re.compile(r"start=([\w-]{22})")
SCHEDULE: list[dict[str, Any]] = [
    {"job": "remind", "at": "15:00"},
    {"job": "board", "at": "17:05"},
    {"job": "summary", "at": "17:30"},
]


@dataclass
class Session:
    """What happened: the secrets that were about, and the people who can be asked what they see."""

    bot: Served
    codes: list[str] = field(default_factory=list)

    @property
    def secrets(self) -> tuple[str, ...]:
        token = self.bot.server.token
        return (token, token.partition(":")[2], SECRET, *self.codes)

    async def invite(self, commander: User, said: str) -> str:
        """Let a commander issue a code in chat."""
        await self.bot.say(commander, said)
        self.codes.append(CODE.findall(commander.private.last().text)[0])
        return self.codes[-1]

    async def issue(self, unit: str, kind: InviteKind = InviteKind.OFFICER, uses: int = 1) -> str:
        """Issue a code as the command line does."""
        self.codes.append(await self.bot.code(unit, kind, uses=uses))
        return self.codes[-1]


@asynccontextmanager
async def on_air(folder: Path) -> AsyncIterator[Served]:
    """Run a bot that is delivered to and prints for real; its data, and all that it writes, lie in `folder`."""
    async with backstage(folder, campaigns=[cast.campaign(schedule=SCHEDULE)]) as ready:
        config = hooked(ready.config, free_port()).model_copy(update={"campaigns": ready.config.campaigns})
        start = partial(running, painter=QuickPainter(), serving=Serving(SecretStr(SECRET)))
        async with (
            aiohttp.ClientSession() as session,
            scene.play(ready.server, ready.clock, config, setting_of(config), start) as playing,
        ):
            assert isinstance(playing.app, App)
            await playing.store.write(partial(note_start, config=config, clock=ready.clock))
            bot = Served(ready.server, ready.clock, config, playing.setting, playing.app, playing.task, session)
            await bot.look()
            yield bot


async def play(bot: Served, break_desk: Callable[[], None]) -> Session:
    """Let people in, report, fail in every layer, decide, announce, print, and be refused."""
    session = Session(bot)
    admin, commander = await bot.admin(), await bot.commander("BT", NAMES[1])
    officer = bot.server.world.add_user(NAMES[0])
    code = await session.invite(commander, f"/moi {AN_HOI}")
    await bot.say(officer, f"/start {code}")
    await bot.say(officer, f"/start {code}")
    shared = await session.issue(PHU_KHUONG, uses=3)
    await bot.say(officer, f"/start {shared}")
    await bot.say(officer, shared)
    await bot.say(officer, f"{AN_HOI} 45 30 # {WORDS[0]} {TELEPHONE} {await session.issue(AN_HOI)}")
    await _strangers(session)
    await _group(session, commander, officer)
    await _failures(session, officer, break_desk)
    await bot.say(commander, f"/thongbao {WORDS[2]} {await session.issue(AN_HOI)}")
    await bot.press(commander, commander.private.last(), "Gửi")
    await bot.say(commander, "/xuat xlsx")
    await bot.say(commander, f"/nhatky {AN_HOI}")
    await bot.say(admin, "/ops")
    return session


async def _strangers(session: Session) -> None:
    bot = session.bot
    stranger = bot.server.world.add_user(NAMES[2])
    await bot.say(stranger, WORDS[3])
    await bot.say(stranger, f"/start {await session.issue(AN_HOI)}x")
    await bot.post({"update_id": 1}, secret="wrong")
    await bot.post({"update_id": 700_000_001, "message": {"chat": 5, "text": WORDS[3]}})


async def _group(session: Session, commander: User, officer: User) -> None:
    code = await session.issue("BT", InviteKind.GROUP)
    group = session.bot.server.world.add_group("Nhóm", [commander, officer])
    group.say(commander, f"/gan@tiendo_bot {code}")
    await session.bot.settle()
    group.say(officer, f"/bc@tiendo_bot {AN_HOI} kh +1 # {WORDS[0]}")
    group.say(officer, f"/start@tiendo_bot {await session.issue(AN_HOI)}")
    await session.bot.settle()


async def _failures(session: Session, officer: User, break_desk: Callable[[], None]) -> None:
    """Fail in the transport in every way, and in the desk with somebody's words in the exception."""
    bot = session.bot
    for fault in (Fault.html_502(), Fault.accept_then_reset(), Fault.truncate(), Fault.captive_200()):
        bot.server.faults.next("sendMessage", fault)
        await bot.say(officer, "/status")
    break_desk()
    officer.private.send(WORDS[1])
    await bot.settle()
    while not await bot.store.read(lambda tx: tx.value("SELECT 1 FROM updates WHERE error LIKE 'RuntimeError %'")):
        bot.clock.advance(1)
        await bot.settle()
    await bot.settle()


def failing(receive: Callable[..., None]) -> Callable[..., None]:
    """Return a way to receive that fails at one message, with the words, the name and a code in its error."""

    def fail(self: Desk, tx: Tx, incoming: Any, now: Any) -> None:
        if WORDS[1] in incoming.text:
            raise RuntimeError(incoming.text, incoming.speaker)
        receive(self, tx, incoming, now)

    return fail


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder with its bytes; what is packed in it, unpacked too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from unpacked(path.name, path.read_bytes())


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a file, and the parts of one that is an archive such as a workbook."""
    yield name, data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with closing(zipfile.ZipFile(io.BytesIO(data))) as archive:
            for part in archive.namelist():
                yield f"{name}/{part}", archive.read(part)


def hits(things: Iterator[tuple[str, bytes]], needles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return every needle that a thing holds, as UTF-8 or as JSON escapes it, with the thing's name."""
    spelt = [(needle, form) for needle in needles for form in _forms(needle)]
    return [(name, needle) for name, data in things for needle, form in spelt if form in data]


def _forms(needle: str) -> set[bytes]:
    return {needle.encode(), needle.encode("ascii", "backslashreplace"), needle.encode("utf-16-le")}
