"""H15: whatever an officer types, adjusts, edits and takes back, the bot holds what a small model holds."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.campaign import Key
from bot.rehearsal.botapi import Message
from storage import tallies
from tests.cast import AN_HOI, TODAY
from tests.stage import Stage, stage

# Small numbers: nothing here is to be questioned. Said, or (second field) said by editing an earlier message.
STEPS = st.lists(
    st.tuples(st.none() | st.integers(0, 5), st.sampled_from(["tn", "kh"]), st.integers(1, 10), st.booleans()),
    min_size=3,
    max_size=9,
)
Step = tuple[int | None, str, int, bool]


@dataclass
class Said:
    """One message in the model: its key, the value before its first version, and the value it brought about."""

    message: Message
    key: str
    before: int
    value: int


def spell(key: str, number: int, *, adjusts: bool) -> str:
    return f"{key} {number:+d}" if adjusts else f"{key} {number}"


async def play(bot: Stage, steps: Sequence[Step]) -> tuple[dict[str, int], dict[str, int]]:
    """Play the steps, and return what the model holds and what the bot holds."""
    officer = await bot.join(AN_HOI)
    model = {"tn": 100, "kh": 50}
    await bot.say(officer, "100 50")
    told: list[Said] = []
    for which, key, number, adjusts in steps:
        bot.clock.advance(1)  # nobody sends two messages within a second
        if which is None:
            before = model[key]
            model[key] = before + number if adjusts else number
            told.append(Said(officer.private.send(spell(key, number, adjusts=adjusts)), key, before, model[key]))
        elif told:
            said = told[which % len(told)]
            officer.edit(said.message, spell(said.key, number, adjusts=adjusts))
            if model[said.key] == said.value:  # otherwise a later message spoke of it, and the edit is refused
                model[said.key] = said.value = said.before + number if adjusts else number
        await bot.settle()
    world = await bot.world()
    unit = world.tree.by_code[AN_HOI.casefold()]
    sums = await bot.store.read(lambda tx: tallies.day_sums(tx, "vneid", unit, TODAY))
    await bot.check_sums()
    return model, {key: sums[Key(key)] for key in model}


@settings(max_examples=25)
@example([(None, "tn", 2, False), (None, "tn", 2, False), (None, "tn", 1, False), (1, "tn", 3, False)])
@example(
    [
        (None, "tn", 1, False),
        (None, "tn", 1, False),
        (None, "tn", 2, False),
        (None, "kh", 1, False),
        (1, "tn", 1, False),
    ]
)
@given(STEPS)
def test_H15_lines_adjustments_and_edits_add_up_as_a_model_says(steps: list[Step]) -> None:
    async def played() -> tuple[dict[str, int], dict[str, int]]:
        with tempfile.TemporaryDirectory() as folder:
            async with stage(Path(folder)) as bot:
                return await play(bot, steps)

    model, held = asyncio.run(played())
    assert held == model


async def test_an_adjustment_edited_again_and_again_counts_once(bot: Stage) -> None:
    officer = await bot.join(AN_HOI)
    await bot.say(officer, "45 30")
    message = officer.private.send("kh +3")
    for words, total in (("kh +5", "+35"), ("kh +7", "+37"), ("kh +1", "+31")):
        await bot.settle()
        officer.edit(message, words)
        await bot.settle()
        assert f"Kích hoạt {total} " in officer.private.last().text
