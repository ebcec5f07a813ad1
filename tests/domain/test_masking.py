"""V5: numbers that name a citizen are taken out of notes, and other numbers are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.masking import MASK, mask


@pytest.mark.parametrize(
    "number",
    [
        *("0912345678", "0912 345 678", "0912.345.678", "091-234-5678", "0912 34 56 78", "09 1234 5678"),
        *("+84912345678", "84 912 345 678", "+84 0912345678", "０９１２３４５６７８", "٠٩١٢٣٤٥٦٧٨"),
        *("079203001234", "079 203 001 234", "0792 0300 1234", "079 203001234", "312345678901"),
    ],
)
def test_V5_telephone_and_citizens_numbers_are_masked_however_they_are_written(number: str) -> None:
    assert mask(f"gọi {number}, ông Ba") == f"gọi {MASK}, ông Ba"


@pytest.mark.parametrize(
    "words",
    [
        *("45 hồ sơ", "còn 1.234.567.890 đồng", "123.456.789.012", "quyết định 2345/QĐ-UBND", "tổng đài 1900 1234"),
        *("từ 01-12-2023 05 hồ sơ", "15-12-2023 14-12-2023", "01/12/2023 - 05/12/2023", "45 30 20 10 05 06 07"),
        *("#K7Q2", "0912345678901", "07:30-11:30 13:00-16:30"),
    ],
)
def test_dates_amounts_and_other_numbers_are_left_alone(words: str) -> None:
    assert mask(words) == words


@given(st.text(alphabet="0123456789 .-+84٣x", max_size=40))
def test_masking_twice_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)
