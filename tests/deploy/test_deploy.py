"""The deployment files hold what docs/operate.md promises of them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "tiendo.service").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def linted(*command: str) -> str:
    """Return what a linter prints, and hold that it found nothing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (our own files)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint has no wheel for this machine")
    linted(str(linter), str(DEPLOY / "Dockerfile"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit_and_calls_it_well_protected(tmp_path: Path) -> None:
    unit = tmp_path / "tiendo.service"
    unit.write_text(UNIT.replace("/opt/tiendo/bin/tiendo", sys.executable), encoding="utf-8")
    linted("systemd-analyze", "verify", str(unit))
    # The threshold is in tenths: 2.0 of 10, where 10 is a service without any protection.
    linted("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit))


def test_V12_the_container_runs_as_nobody_in_particular_and_installs_only_what_is_locked() -> None:
    final = DOCKERFILE.rpartition("FROM ")[2]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert "--require-hashes --only-binary :all: -r requirements.lock" in DOCKERFILE
    assert "/healthz" in final
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "core: 0"):
        assert line in COMPOSE


def test_V12_no_secret_and_no_data_can_get_into_the_image() -> None:
    sent = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "*" in sent
    code, build = {"!bot", "!handlers", "!storage", "!templates"}, {"!pyproject.toml", "!requirements.lock"}
    assert {each for each in sent if each.startswith("!")} == code | build | {"!README.md", "!LICENSE"}


def test_only_what_a_new_start_cannot_mend_keeps_the_service_down() -> None:
    assert "Restart=always" in UNIT
    assert "RestartPreventExitStatus=78 2" in UNIT
    assert "LoadCredential=telegram.token:" in UNIT
