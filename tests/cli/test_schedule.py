"""Claims about `tiendo schedule`."""

import re

from tests.cli.terminal import Terminal

SCHEDULE = """
  [[campaigns.schedule]]
  job = "countdown"
  at = "07:00"
  [[campaigns.schedule]]
  job = "board"
  at = "17:05"
"""


def scheduled(terminal: Terminal) -> None:
    """Give the campaign a schedule, and the province a group."""
    terminal.write_config(terminal.file.read_text(encoding="utf-8") + SCHEDULE)
    terminal.fill()
    terminal.change(
        "INSERT INTO chats (channel, external, private, title, unit)"
        " SELECT 'telegram', -100, 0, 'Tiến độ Bến Tre', id FROM units WHERE code = 'BT'"
    )


def test_every_send_of_the_next_days_is_a_line_with_time_job_campaign_and_recipients(terminal: Terminal) -> None:
    scheduled(terminal)
    lines = terminal.type("schedule", "--days", "3").stdout.splitlines()
    assert len(lines) == 6
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  (countdown|board)  vneid  1 group: Tiến độ Bến Tre", lines[0])
    assert lines == sorted(lines)


def test_with_render_each_line_is_followed_by_its_text_without_markup(terminal: Terminal) -> None:
    scheduled(terminal)
    text = terminal.type("schedule", "--days", "1", "--render").stdout
    assert "    [Tiến độ Bến Tre]\n    ⏳ Còn " in text
    assert "    🏆 Bảng xếp hạng Kích hoạt · Bến Tre\n" in text
    assert "<b>" not in text


def test_where_nobody_listens_the_line_says_so(terminal: Terminal) -> None:
    scheduled(terminal)
    terminal.change("UPDATE chats SET reachable = 0")
    assert {line.split("  ")[-1] for line in terminal.type("schedule").stdout.splitlines()} == {"nobody"}


def test_without_a_schedule_nothing_is_listed(terminal: Terminal) -> None:
    terminal.fill()
    result = terminal.type("schedule")
    assert (result.exit_code, result.stdout) == (0, "")


def test_looking_ahead_asks_for_at_least_a_day(terminal: Terminal) -> None:
    assert terminal.type("schedule", "--days", "0").exit_code == 2
