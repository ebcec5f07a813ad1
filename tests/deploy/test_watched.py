"""The manual explains every alarm, and types only commands that there are."""

import re

from tests.deploy.test_deploy import DEPLOY, ROOT

MANUAL = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def test_every_alarm_says_what_it_means_and_what_to_do() -> None:
    alarms = re.findall(r"- alert: (\w+)", (DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    assert alarms
    for alarm in alarms:
        assert re.search(rf"^\| {alarm} \| .+ \| .+ \|$", MANUAL, re.MULTILINE), alarm


def test_every_command_that_the_manual_types_is_one_that_there_is() -> None:
    typed = set(re.findall(r"`(?:\S+/)?tiendo ([a-z-]+)", MANUAL)) | set(
        re.findall(r"^tiendo ([a-z-]+)", MANUAL, re.MULTILINE)
    )
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "cli").glob("*.py"))
    known = {name.replace("_", "-") for name in re.findall(r"^def ([a-z_]+)\(", sources, re.MULTILINE)}
    assert typed
    assert typed <= known
