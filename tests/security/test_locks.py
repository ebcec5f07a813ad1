"""V11: only what is locked gets installed, and what is not known is not called well."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.security.audit import KNOWN, LOCK, UNASKED, verdict

ROOT = LOCK.parent
METADATA = "Metadata-Version: 2.1\nName: nothing\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """Write the smallest wheel that there is."""
    path = tmp_path / "nothing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nothing.py", "")
        archive.writestr("nothing-1.0.dist-info/METADATA", METADATA)
        archive.writestr("nothing-1.0.dist-info/WHEEL", WHEEL)
        archive.writestr("nothing-1.0.dist-info/RECORD", "")
    return path


def install(wheel: Path, digest: str) -> "subprocess.CompletedProcess[str]":
    """Install it as the image does, from a lock with this hash, without any network."""
    lock = wheel.with_name("requirements.lock")
    lock.write_text(f"nothing==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    words = ("--no-index", "--find-links", str(wheel.parent), "--target", str(wheel.parent / "site"))
    command = (sys.executable, "-m", "pip", "install", *words, "--require-hashes", "--only-binary", ":all:", "-r")
    environment = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    return subprocess.run(  # noqa: S603  (our own words)
        (*command, str(lock)), capture_output=True, text=True, check=False, env=environment, timeout=50
    )


@pytest.mark.slow
def test_V11_a_file_whose_hash_was_altered_is_not_installed(wheel: Path) -> None:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    refused = install(wheel, digest[:-1] + ("0" if digest[-1] != "0" else "1"))
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert not (wheel.parent / "site").exists()
    assert install(wheel, digest).returncode == 0


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_V11_every_locked_package_has_a_version_and_hashes(lock: str) -> None:
    lines = [line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if line and line[0].isalnum()]
    assert len(lines) > 20
    assert [line for line in lines if "==" not in line or not line.endswith("\\")] == []


def test_V11_what_is_installed_is_the_lock_alone_and_by_hash() -> None:
    """Without `--no-deps` pip may choose a newer release of a package that is wanted with an extra.

    It is refused then for having no hash (https://github.com/pypa/pip/issues/9644).
    """
    for file in ("Makefile", "deploy/Dockerfile", "docs/operate.md"):
        text = (ROOT / file).read_text(encoding="utf-8")
        installs = [line for line in text.splitlines() if "pip install" in line and "lock" in line]
        assert installs
        assert [line for line in installs if "--no-deps --require-hashes" not in line] == []


WELL = {"name": "a", "version": "1", "vulns": []}


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([WELL], 0),
        ([WELL, {"name": "b", "version": "1", "vulns": [{"id": "PYSEC-1"}]}], KNOWN),
        ([WELL, {"name": "b", "skip_reason": "not found"}], UNASKED),
        ([], UNASKED),
    ],
)
def test_V11_an_audit_that_could_not_ask_never_says_that_all_is_well(packages: list[object], code: int) -> None:
    assert verdict(json.dumps({"dependencies": packages}))[0] == code


def test_V11_an_audit_without_an_answer_says_why() -> None:
    assert verdict("", "Traceback\nConnectionError: no route") == (
        UNASKED,
        "the advisories could not be asked, so nothing is known either way: ConnectionError: no route",
    )
