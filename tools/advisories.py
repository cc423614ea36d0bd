"""Ask whether a package of the lock has a known vulnerability; where that cannot be had, say so.

usage: advisories.py REQUIREMENTS. Exit status 1 where there is a vulnerability.
"""

import json
import subprocess
import sys
from pathlib import Path

_OPTIONS = ("--progress-spinner=off", "--format=json", "--timeout=10")
_PATIENCE_S = 120


def main(requirements: str) -> int:
    """Print what is known and return an exit status."""
    report = _asked(requirements)
    status, told = judged(report)
    sys.stdout.write(f"advisories: {told}\n")
    return status


def judged(report: str) -> tuple[int, str]:
    """Return an exit status and what to say of pip-audit's report."""
    try:
        found = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "they cannot be had here, so nothing was checked"
    known = [each for each in found if "vulns" in each]
    bad = [
        f"{each['name']} {each['version']}: {flaw['id']}"
        for each in known
        for flaw in each["vulns"]
    ]
    if not known:
        return 0, "they cannot be had here, so nothing was checked"
    if bad:
        return 1, "; ".join(bad)
    return 0, f"none for {len(known)} of {len(found)} packages, the others are not known there"


def _asked(requirements: str) -> str:
    program = str(Path(sys.executable).with_name("pip-audit"))
    command = [program, *_OPTIONS, "--disable-pip", "--require-hashes", "-r", requirements]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
