"""Writing a registry as files that its import reads back."""

import csv
from collections.abc import Sequence
from pathlib import Path

from ingest.contract.period import DAY_US, instant, rfc3339
from ingest.registry.csv_files import ALWAYS, VALID_FROM
from ingest.registry.kinds import KINDS, Kind
from ingest.registry.registry import Registry


def export(registry: Registry, folder: Path) -> Sequence[Path]:
    """Write one file a kind: what is known last of every entry, with its validity."""
    folder.mkdir(parents=True, exist_ok=True)
    latest = registry.latest()
    paths: list[Path] = []
    for kind in KINDS:
        rows = [
            {**kind.write(item), VALID_FROM.name: _written(start)}
            for (item_kind, _, start), item in sorted(latest.items(), key=lambda pair: pair[0][1:])
            if item_kind is kind.item
        ]
        paths.append(folder / f"{kind.file}.csv")
        _write(paths[-1], kind, rows)
    return paths


def _write(path: Path, kind: Kind, rows: Sequence[dict[str, str]]) -> None:
    columns = [*(column.name for column in kind.columns), VALID_FROM.name]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _written(valid_from: int) -> str:
    if valid_from == ALWAYS:
        return ""
    moment = instant(valid_from)
    return moment.date().isoformat() if valid_from % DAY_US == 0 else rfc3339(moment)
