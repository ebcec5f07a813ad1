"""The embedded server finds entities where the whole pattern, tried at every character, would find them."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rehearsal.botapi import entities
from bot.rehearsal.botapi.entities import find_entities, utf16_length

PIECES = ("http://", "https://", "h", "/", "@", "#", "bao", "đã", "12", "_", " ", "\n", "<", ">", ":", ".", "😀")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_to_look_for_marks_first_finds_the_same(text: str) -> None:
    everywhere = [
        (match.lastgroup, utf16_length(text[: match.start()]), utf16_length(match.group()))
        for match in entities._FOUND.finditer(text)
    ]
    assert [(each["type"], each["offset"], each["length"]) for each in find_entities(text)] == everywhere
