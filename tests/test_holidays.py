"""The holidays of the docs can be copied into a config as they stand."""

import re
import tomllib
from datetime import date
from pathlib import Path

from bot.domain.days import Calendar

PAGE = Path(__file__).parent.parent / "docs" / "holidays.md"


def tables() -> list[Calendar]:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [Calendar.model_validate(tomllib.loads(block)) for block in blocks]


def test_every_table_is_a_calendar_of_one_year_in_order() -> None:
    for calendar in tables():
        assert len({day.year for day in calendar.holidays}) == 1
        assert list(calendar.holidays) == sorted(set(calendar.holidays))


def test_the_fixed_holidays_of_the_labour_code_are_in_every_table() -> None:
    for calendar in tables():
        year = calendar.holidays[0].year
        fixed = [date(year, 1, 1), date(year, 4, 30), date(year, 5, 1), date(year, 9, 2)]
        assert not any(calendar.works(day) for day in fixed)
