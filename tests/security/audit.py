"""`make audit`: is anything known against what is locked, and does the lock hold what it says.

Exit codes: 0 nothing is known, 1 something is, or the lock does not hold, 2 the advisories could not be asked.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
KNOWN, UNASKED = 1, 2
UNREACHABLE = ("ConnectionError", "Connection", "timed out", "ServiceError", "HTTPError", "ProxyError", "SSLError")

AUDIT = ("-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--requirement")
INSTALL = ("-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps")
LOCKED = ("--require-hashes", "--only-binary", ":all:", "--requirement")

Ran = Callable[..., "subprocess.CompletedProcess[str]"]


def run(*words: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a module of this environment."""
    command = (sys.executable, *words)
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603  (our own words)


def verdict(advice: "subprocess.CompletedProcess[str]") -> tuple[int, str]:
    """Return the exit code for what pip-audit has found, and the sentence about it."""
    if advice.returncode == 0:
        return 0, "no advisory is known against what is locked"
    if any(word in advice.stderr for word in UNREACHABLE):
        last = advice.stderr.strip().splitlines()[-1]
        return UNASKED, f"the advisories could not be asked, so nothing is known either way: {last}"
    return KNOWN, f"advisories are known:\n{advice.stdout}{advice.stderr}"


def main() -> int:
    """Ask both questions; print a sentence about each."""
    installed = run(*INSTALL, *LOCKED, str(LOCK))
    holds = installed.returncode == 0
    sys.stdout.write("every locked file has its hash\n" if holds else f"the lock does not hold:\n{installed.stderr}\n")
    code, sentence = verdict(run(*AUDIT, str(LOCK)))
    sys.stdout.write(f"{sentence}\n")
    return code if holds else KNOWN


if __name__ == "__main__":
    sys.exit(main())
