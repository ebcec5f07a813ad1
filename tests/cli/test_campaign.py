"""`tiendo campaign clone` prints a campaign for another year, ready to be pasted."""

from datetime import date
from pathlib import Path

from bot.config import load
from tests.cli.terminal import Terminal

EXAMPLE = Path(__file__).parent.parent.parent / "config.example.toml"


def test_the_printed_block_loads_beside_the_old_one_with_every_date_moved(terminal: Terminal) -> None:
    terminal.write_config(EXAMPLE.read_text(encoding="utf-8"))
    old = terminal.config.campaigns[0]
    result = terminal.type(
        "campaign", "clone", "vneid", "vneid24", "--starts", "2024-11-15", "--deadline", "2024-12-10"
    )
    assert result.exit_code == 0, result.output
    assert len(load(terminal.file).campaigns) == 2  # nothing was written
    terminal.write_config(EXAMPLE.read_text(encoding="utf-8") + "\n" + result.output)
    new = terminal.config.campaigns[-1]
    assert (new.starts, new.deadline, new.report_due) == (date(2024, 11, 15), date(2024, 12, 10), date(2024, 12, 13))
    assert [phase.ends for phase in new.phases] == [date(2024, 11, 30), date(2024, 12, 10)]
    assert new.metrics == old.metrics
    assert [phase.targets for phase in new.phases] == [phase.targets for phase in old.phases]
    assert [row.job for row in new.schedule] == [row.job for row in old.schedule]
    assert max(row.days_left or (0,) for row in new.schedule)[0] == 20  # 30 days are never left of 25


def test_a_clone_of_an_archived_campaign_is_not_archived(terminal: Terminal) -> None:
    terminal.write_config(terminal.file.read_text(encoding="utf-8").replace("root =", "archived = true\nroot ="))
    result = terminal.type("campaign", "clone", "vneid", "v2", "--starts", "2100-01-01", "--deadline", "2100-02-01")
    assert "archived" not in result.output
    assert 'name = "Cao điểm"' in result.output


def test_what_contradicts_is_named_as_in_the_config(terminal: Terminal) -> None:
    dates = ("--starts", "2024-01-01", "--deadline")
    clone = ("campaign", "clone", "vneid")
    same = terminal.type(*clone, "vneid", *dates, "2024-02-01")
    backwards = terminal.type(*clone, "v2", *dates, "2023-02-01")
    metric = terminal.type(*clone, "tn", *dates, "2024-02-01")
    assert [each.exit_code for each in (same, backwards, metric)] == [2, 2, 2]
    assert 'two campaigns have the code "vneid"' in same.stderr
    assert "campaigns[1]: deadline 2023-02-01 lies before starts 2024-01-01" in backwards.stderr
    assert '"tn" is a campaign and a metric of campaign' in metric.stderr


def test_a_code_that_no_campaign_has_is_wrong_usage(terminal: Terminal) -> None:
    result = terminal.type("campaign", "clone", "x", "y", "--starts", "2024-01-01", "--deadline", "2024-02-01")
    assert result.exit_code == 2
    assert 'no campaign "x": wanted vneid' in result.stderr


def test_status_leaves_an_archived_campaign_out_until_it_is_named(terminal: Terminal) -> None:
    terminal.fill()
    config = terminal.file.read_text(encoding="utf-8")
    table = config[config.index("[[campaigns]]") :].replace('"vneid"', '"old"').replace("Cao điểm", "Đợt cũ")
    terminal.write_config(config + table.replace("root =", "archived = true\nroot ="))
    assert "Đợt cũ" not in terminal.type("status").output
    assert "Đợt cũ" in terminal.type("status", "--campaign", "old").output
