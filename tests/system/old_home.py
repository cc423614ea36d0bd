"""A home written by commit dcf0b3bb, the last before there were accounts, a journal and decisions.

Its demo of `--days 1 --once`, on the Cambodian zone alone, and what that commit's own commands said
of it: `demo --json`, `ledger --json`, and `report --zone kh-sihanoukville --period 2026-11`.
Gateways, broker and truth log are left out.
"""

import json
import tarfile
from pathlib import Path
from typing import Any, Final

from ingest.home import Home

_FOLDER: Final = Path(__file__).parent / "homes"
SAID: Final[dict[str, Any]] = json.loads((_FOLDER / "first.json").read_text(encoding="utf-8"))
REPORT: Final = ("report", "--zone", "kh-sihanoukville", "--period", "2026-11")


_FIXED: Final = ("id", "device_class", "value", "unit", "lower", "upper", "energy", "coverage")


def digits(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what has to stay of the figures that there were: not the words beside them."""
    names = {figure["id"] for figure in SAID["report"]["figures"]}
    figures = (figure for figure in report["figures"] if figure["id"] in names)
    return [{name: figure[name] for name in _FIXED} for figure in figures]


def old_home(folder: Path) -> Home:
    """Lay the home out in a folder; nothing of it is opened or brought up to date."""
    with tarfile.open(_FOLDER / "first.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return Home(folder / "home")
