"""H: hostile and broken input, through the whole bot."""

from pathlib import Path

import pytest

from bot.channels import BadUpdate
from bot.channels.telegram_updates import read
from storage import updates
from tests.cast import AN_HOI, MORNING, PHU_KHUONG
from tests.security import fuzz
from tests.stage import Stage

MUTANTS = 2_000


@pytest.mark.slow
async def test_H14_mutated_updates_end_each_and_no_handler_stumbles(tmp_path: Path) -> None:
    outcome = await fuzz.run(tmp_path, MUTANTS, seed=7)
    assert outcome.stumbled == []
    assert outcome.ended == MUTANTS
    assert min(outcome.fates[state] for state in ("done", "ignored", "dead")) > MUTANTS // 20


def test_H14_a_file_id_that_no_file_can_have_is_no_file() -> None:
    person = {"id": 5, "first_name": "An"}
    message = {"message_id": 1, "date": 1701392400, "chat": {"id": 5, "type": "private"}, "from": person}
    incoming = read({"update_id": 1, "message": {**message, "document": {"file_id": "\ud800"}}}, 7, MORNING)
    assert incoming is not None
    assert incoming.file is None


@pytest.mark.parametrize("field", ["id", "data"])
def test_H14_half_a_character_in_a_press_is_named_by_its_field(field: str) -> None:
    person = {"id": 5, "first_name": "An"}
    message = {"message_id": 1, "date": 1701392400, "chat": {"id": 5, "type": "private"}}
    with pytest.raises(BadUpdate) as poison:
        read(
            {"update_id": 1, "callback_query": {"id": "1", "from": person, "message": message, field: "x\ud800"}},
            7,
            MORNING,
        )
    assert poison.value.reason == field


BOMBS = (
    *("(" * 4_000, "a" * 4_000 + "!", "1+" * 2_000, "1." * 2_000, "1 " * 2_000, " " * 4_000, "0" * 4_000, "#" * 4_000),
    *("09 " * 1_300, "0912.34" * 570, "/" + "a" * 4_000, "/sua " + "An Hội " * 500, "12/" * 1_300, "e\u0301" * 2_000),
    *("@" * 4_000, "_-" * 2_000, "tn=" * 1_300, "đến " * 1_000, "P2" * 2_000, "\u200b" * 4_000),
)


async def test_H13_no_text_keeps_the_bot_from_its_next_message(bot: Stage) -> None:
    """The bound is the test's own time limit: an exponential pattern would not end within days."""
    officer, other = await bot.join(AN_HOI), await bot.join(PHU_KHUONG)
    for bomb in BOMBS:
        for text in (bomb, f"45 30 # {bomb}", f"/status {bomb}", f"/start {bomb}"):
            officer.private.send(text[:4_096])
    other.private.send("20 10")
    await bot.server.drained(within=50)
    await bot.app.courier.idle()
    assert "Đã ghi nhận #" in other.private.last().text
    assert await bot.store.read(updates.counts) == {"done": 4 * len(BOMBS) + 3}
