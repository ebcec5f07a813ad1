"""H14: real updates, mutated, through the whole intake: no exception escapes, no handler stumbles, every row ends.

`make fuzz COUNT=100000 SEED=7` runs it at length; the suite runs it briefly.
"""

import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.app import setting_of
from bot.channels.telegram import TelegramChannel
from bot.intake import Intake
from bot.rehearsal.clocks import ManualClock
from handlers.desk import Desk
from storage import updates
from storage.sqlite import Store, open_store
from tests.cast import AN_HOI, PHU_KHUONG, ROSTER
from tests.stage import Backstage, Stage, backstage, perform

BATCH = 250
TRIES_AT_MOST = 100
SHOWN = 600
FIRST = 900_000_000

TEXTS: tuple[str, ...] = (
    *("", " ", "\x00", "\ud800", "\udfff x", "\u202e45 30", "e\u0301" * 200, "x" * 20_000, "9" * 5_000, "😀" * 64),
    *("45 30 # \ud83d", "45 30 # =HYPERLINK(1)", "<b>45</b> 30 &", "'; DROP TABLE entries;--", "%s %n {0} {{ r }}"),
    *("/start " + "A" * 64, "/sua An Hội 1/12 45 30 # x", "/status@tiendo_bot \u2028 TP-01", "/xuat xlsx TP", "/moi"),
    *(
        "/nghi 99999999999999999999 ngày",
        "/nhatky #\x00",
        "/mokhoa TP-01 27/11 999999",
        "/thay P\ud800",
        "/lich \u0000",
    ),
    *("/nhac tắt đến 31/02", "/gan " + "é" * 300, "/thongbao " + "\n" * 4_000, "/duyet D\u0660", "/chiendich ' OR 1=1"),
    *("đúng", "hoàn tác", "huỷ", "45 " * 900, "1e309 NaN ∞", "٣٤ ５０", "-5 -5", "tn.m1=" + "1+" * 400, "12/13 45 30"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, -(2**63), 2**63, 2**200, 1.5, -0.0, 1e308, [], {}, [[[[[[]]]]]]),
    *({"id": 1}, {"message_id": 1}, [None], "true", "0", "1701392400"),
)
Json = Any


def places(value: Json) -> Iterator[tuple[Any, Any]]:
    """Yield every container in a value with every key or index of it."""
    keys: Sequence[Any] = (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from places(value[key])


def mutate(update: Json, chance: random.Random) -> Json:
    """Return a copy of an update with one to four things about it made otherwise."""
    changed = json.loads(json.dumps(update))
    for _ in range(chance.randint(1, 4)):
        found = list(places(changed))
        if found:
            holder, key = chance.choice(found)
            chance.choice(MUTATIONS)(holder, key, chance)
    return changed


def _replace(holder: Json, key: Any, chance: random.Random) -> None:
    holder[key] = deepcopy(chance.choice(VALUES))


def _word(holder: Json, key: Any, chance: random.Random) -> None:
    """Put hostile words where words stood, and seldom elsewhere."""
    if isinstance(holder[key], str) or chance.random() < 0.1:
        holder[key] = chance.choice(TEXTS)


def _remove(holder: Json, key: Any, _: random.Random) -> None:
    del holder[key]


def _swap(holder: Json, key: Any, chance: random.Random) -> None:
    if isinstance(holder, dict):
        other = chance.choice(list(holder))
        holder[key], holder[other] = holder[other], holder[key]


def _wrap(holder: Json, key: Any, chance: random.Random) -> None:
    holder[key] = [holder[key]] if chance.random() < 0.5 else {"message": holder[key]}


def _cut(holder: Json, key: Any, chance: random.Random) -> None:
    if isinstance(holder[key], str):
        holder[key] = holder[key][: chance.randint(0, len(holder[key]))] + chance.choice(("", "\u0000", "\ud800", "＃"))


def _count(holder: Json, key: Any, chance: random.Random) -> None:
    if isinstance(holder[key], int):
        holder[key] += chance.choice((1, -1, 2**31, -(2**40)))


MUTATIONS: tuple[Callable[[Json, Any, random.Random], None], ...] = (
    *(_replace, _word, _word, _word, _remove, _swap, _wrap, _cut, _count),
)


@dataclass(frozen=True)
class Outcome:
    """What became of the updates, and what handlers stumbled over: an error, its place and the update."""

    fates: Counter[str]
    stumbled: list[tuple[str, str, str]]

    @property
    def ended(self) -> int:
        """Return how many updates have come to an end."""
        return sum(self.fates[state] for state in ("done", "ignored", "dead"))


async def corpus(bot: Stage) -> list[Json]:
    """Let people do a little of everything, and return the updates as they came."""
    admin, commander = await bot.admin(), await bot.commander("BT")
    officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    group = await bot.group("TP", commander, officer)
    await bot.say(officer, "45 30")
    await bot.press(officer, officer.private.last(), "Hoàn tác")
    for said in ("45 31", "501 30", "đúng", "27/11 45 30", "/sua", "/baocao", "0", "/toi", "/status", "/nghi 3 ngày"):
        await bot.say(officer, said)
    for said in (
        "/duyet",
        "/moi an hoi",
        "/nguoi",
        "/thongbao Họp",
        "/nhatky an hoi",
        "/mokhoa TP-01 27/11",
        "/xuat csv",
    ):
        await bot.say(commander, said)
    message = other.private.send("20 10 # mưa")
    other.edit(message, "21 10")
    other.private.send_media("photo", caption="45 30")
    other.private.forward(message)
    group.say(officer, "/bc@tiendo_bot kh +1")
    group.say_as_anonymous_admin("/status@tiendo_bot")
    admin.private.send_document("ds.csv", ROSTER.encode())
    other.block_bot()
    other.unblock()
    await bot.settle()
    rows = await bot.store.read(lambda tx: tx.all("SELECT raw FROM updates WHERE state = 'done' ORDER BY id"))
    return [json.loads(row["raw"]) for row in rows]


async def run(folder: Path, count: int, seed: int) -> Outcome:
    """Send so many mutated updates through an intake on data that people have lived in."""
    async with backstage(folder) as ready:
        async with perform(ready.server, ready.clock, ready.config) as bot:
            originals = await corpus(bot)
        async with open_store(ready.config.storage.path) as store:
            return await _feed(ready, store, originals, count, random.Random(seed))  # noqa: S311  (a repeatable run)


async def _feed(ready: Backstage, store: Store, originals: list[Json], count: int, chance: random.Random) -> Outcome:
    clock = ready.clock
    channel = TelegramChannel(ready.server.token, ready.server.base_url, clock)
    intake = Intake(
        store, channel, Desk(setting_of(ready.config), channel.name, "tiendo_bot"), clock, lambda: None, asyncio.Event()
    )
    outcome = Outcome(Counter(), [])
    intake.counted = outcome.fates.update
    for first in range(0, count, BATCH):
        clock.advance(BATCH)
        batch = [_numbered(mutate(chance.choice(originals), chance), FIRST + first + n) for n in range(BATCH)]
        with capture_logs() as events:
            await intake.take(batch)
            await _end(intake, store, clock)
        outcome.stumbled.extend(_stumbled(events, batch))
    return outcome


async def _end(intake: Intake, store: Store, clock: ManualClock) -> None:
    """Let everything that waits come to its end."""
    for _ in range(TRIES_AT_MOST):
        if await store.read(updates.next_due) is None:
            return
        clock.advance(BATCH)
        await intake._retry_due(clock.now())
    raise AssertionError("something waits for ever")


def _stumbled(events: Sequence[Mapping[str, Any]], batch: Sequence[Json]) -> Iterator[tuple[str, str, str]]:
    for event in events:
        if event["event"] == "update given up":
            raw = json.dumps(batch[event["update"] % FIRST % BATCH])
            yield event["error"], event["place"], raw[:SHOWN]


def _numbered(update: Json, number: int) -> Json:
    """Give an update its own number: without one it is not stored, which `D8` is about."""
    return {**update, "update_id": number} if isinstance(update, dict) else {"update_id": number}


def main(count: int, seed: int) -> int:
    """Run at length, print what became of the updates, and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="tiendo-fuzz-") as folder:
        outcome = asyncio.run(run(Path(folder), count, seed))
    print(f"{count} mutated updates, seed {seed}: {outcome.ended} ended, {dict(outcome.fates)}")  # noqa: T201  (its result)
    for stumbled in outcome.stumbled:
        print(*stumbled)  # noqa: T201  (its result)
    return 1 if outcome.stumbled or outcome.ended != count else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
