"""Folding and cleaning."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import clean, fold


@pytest.mark.parametrize("text", ["hoà", "hòa", "HOÀ", "hoa", unicodedata.normalize("NFD", "hòa"), "ｈｏａ"])
def test_H2_accents_case_and_forms_fold_to_one_word(text: str) -> None:
    assert fold(text) == "hoa"


def test_H2_the_barred_d_folds_to_d() -> None:
    assert fold("Đúng\u00a0 đó") == "dung do"


@given(st.text(max_size=40))
def test_folding_decomposed_text_changes_nothing(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_folding_plain_ascii_only_lowers_it_and_joins_spaces(text: str) -> None:
    assert fold(text) == fold("é" + text)[1:].strip()


def test_H2_controls_bidi_marks_and_piles_of_marks_are_cleaned_away() -> None:
    assert clean("\u202eAn\x00Hội\r\n" + "a" + "\u0301" * 200) == "An Hội á\u0301\u0301"


@given(st.text(max_size=60) | st.text("a\u0301\u0323\u200b \x00e\u0302", max_size=20), st.integers(1, 20))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert len(once) <= limit
    assert clean(once, limit) == once
