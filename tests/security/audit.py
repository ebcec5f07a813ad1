"""`make audit`: is anything known against what is locked, and does the lock hold what it says.

Exit codes: 0 nothing is known, 1 something is, or the lock does not hold, 2 the advisories could not be asked.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
KNOWN, UNASKED = 1, 2

AUDIT = (
    "-m",
    "pip_audit",
    "--require-hashes",
    "--disable-pip",
    "--progress-spinner",
    "off",
    "--format",
    "json",
    "--requirement",
)
INSTALL = ("-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps")
LOCKED = ("--require-hashes", "--only-binary", ":all:", "--requirement")


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a module of this environment."""
    return subprocess.run((sys.executable, *words), capture_output=True, text=True, check=False)  # noqa: S603  (our own words)


def verdict(found: str, complaint: str = "") -> tuple[int, str]:
    """Return the exit code for what pip-audit printed as JSON, and the sentence about it.

    What the service does not know counts as not asked: pip-audit itself passes over it and says that all is well.
    """
    try:
        packages = json.loads(found)["dependencies"]
    except (ValueError, KeyError):
        reason = (complaint.strip().splitlines() or ["no answer"])[-1]
        return UNASKED, f"the advisories could not be asked, so nothing is known either way: {reason}"
    bad = [f"{each['name']} {each['version']}: {vuln['id']}" for each in packages for vuln in each.get("vulns", ())]
    unasked = [each["name"] for each in packages if "skip_reason" in each]
    if bad:
        return KNOWN, "advisories are known:\n" + "\n".join(bad)
    if unasked or not packages:
        return UNASKED, f"the advisories could not be asked about {len(unasked)} of {len(packages)} packages"
    return 0, f"no advisory is known against the {len(packages)} packages that are locked"


def main() -> int:
    """Ask both questions; print a sentence about each."""
    installed = run(*INSTALL, *LOCKED, str(LOCK))
    holds = installed.returncode == 0
    sys.stdout.write("every locked file has its hash\n" if holds else f"the lock does not hold:\n{installed.stderr}\n")
    advice = run(*AUDIT, str(LOCK))
    code, sentence = verdict(advice.stdout, advice.stderr)
    sys.stdout.write(f"{sentence}\n")
    return code if holds else KNOWN


if __name__ == "__main__":
    sys.exit(main())
