"""The audit notes rosters and configs figure by figure."""

from datetime import date
from decimal import Decimal

from bot.domain.roster import Change, Percent, RosterDiff, TargetColumn
from storage import audit
from storage.sqlite import Tx
from tests.storage.ground import NOW


def test_every_figure_that_an_import_changes_is_noted_with_both_values(tx: Tx) -> None:
    target = TargetColumn("vneid", "tn")
    changed = (
        Change("TP-01", target, 2000, 2400),
        Change("TP-02", target, None, Percent(Decimal("80.5"))),
        Change("TP-03", "aliases", (), ("sơn đông",)),
        Change("TP-03", "closed", None, date(2023, 12, 5)),
    )
    moved = (Change("CT-02", "parent", "CT", "TP"),)
    audit.note_roster(tx, NOW, "cli", RosterDiff(changed=changed, moved=moved))
    lines = [(line.what, line.facts) for line in audit.since(tx, NOW)]
    assert lines == [
        ("target changed", {"unit": "TP-01", "column": "target.vneid.tn", "old": 2000, "new": 2400}),
        ("target changed", {"unit": "TP-02", "column": "target.vneid.tn", "old": None, "new": "80.5%"}),
        ("unit changed", {"unit": "TP-03", "column": "aliases", "old": [], "new": ["sơn đông"]}),
        ("unit changed", {"unit": "TP-03", "column": "closed", "old": None, "new": "2023-12-05"}),
        ("unit moved", {"unit": "CT-02", "column": "parent", "old": "CT", "new": "TP"}),
    ]


def test_a_config_that_changed_since_the_last_start_is_noted_with_its_keys(tx: Tx) -> None:
    audit.note_config(tx, NOW, "cli", {"language": "vi", "admins": "[1]"})
    audit.note_config(tx, NOW, "cli", {"admins": "[1]", "language": "vi"})
    assert audit.since(tx, NOW) == []
    audit.note_config(tx, NOW, "cli", {"language": "en", "web.listen": "127.0.0.1:80"})
    (line,) = audit.since(tx, NOW)
    assert line.what == "config changed"
    assert line.facts["keys"] == {
        "admins": ["[1]", None],
        "language": ["vi", "en"],
        "web.listen": [None, "127.0.0.1:80"],
    }
