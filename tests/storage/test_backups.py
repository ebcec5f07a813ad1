"""Claims about which copies stay, and where they go."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import backups
from storage.errors import StoreFailed

NIGHT = datetime(2023, 12, 15, 2, 30)  # noqa: DTZ001  (names of copies tell local time)


def nights(count: int) -> list[datetime]:
    return [NIGHT - timedelta(days=number) for number in range(count)]


def test_S11_fourteen_nights_and_the_newest_of_eight_weeks_stay() -> None:
    kept = backups.keep(nights(200), 14, 8)
    assert sorted(kept, reverse=True)[:14] == nights(14)
    sundays = sorted(moment for moment in kept if moment not in nights(14))
    assert [moment.isoweekday() for moment in sundays] == [7] * 5  # those of three weeks are among the nights
    assert NIGHT - sundays[0] < timedelta(weeks=8)


def test_of_one_day_the_newest_stays() -> None:
    morning, evening = NIGHT, NIGHT.replace(hour=20)
    assert backups.keep([morning, evening], 14, 8) == {evening}


def test_K3_after_a_long_pause_or_with_a_clock_gone_astray_the_old_ones_stay() -> None:
    astray = NIGHT + timedelta(days=3_653)
    assert backups.keep([*nights(10), astray], 14, 8) == {*nights(10), astray}


def test_nothing_but_copies_of_this_database_is_removed(tmp_path: Path) -> None:
    names = ["tiendo-20231214-023000.db", "tiendo-20231215-023000.db"]
    others = ["other-20231214-023000.db", "tiendo-mine.db", "tiendo-20231214-023000.db.age"]
    for name in (*names, *others):
        (tmp_path / name).touch()
    assert backups.rotate(tmp_path, Path("tiendo.db"), 1, 0) == [tmp_path / names[0]]
    assert {path.name for path in tmp_path.iterdir()} == {names[1], *others}
    assert backups.newest(tmp_path, Path("tiendo.db")) == tmp_path / names[1]


def test_S1_no_copy_takes_the_space_that_the_bot_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "tiendo.db"
    database.write_bytes(bytes(5_000))
    monkeypatch.setattr(backups, "SPARE", 2**60)
    with pytest.raises(StoreFailed, match="a copy needs"):
        backups.place(tmp_path / "backups", database, NIGHT)


def test_S17_the_folder_is_made_for_its_owner_alone_and_half_copies_go(tmp_path: Path) -> None:
    database, folder = tmp_path / "tiendo.db", tmp_path / "backups"
    database.touch()
    assert backups.place(folder, database, NIGHT) == folder / "tiendo-20231215-023000.db"
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "tiendo-20231214-023000.db.partial").touch()
    backups.place(folder, database, NIGHT)
    assert list(folder.iterdir()) == []
