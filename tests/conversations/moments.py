"""Moments on the campaign's wall clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of December 2023 in Vietnam, in UTC."""
    return datetime(2023, 12, day, hour, minute, second, tzinfo=HANOI).astimezone(UTC)
