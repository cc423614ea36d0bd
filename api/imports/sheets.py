"""Files of readings: by which mapping they are read, and what became of one in a sentence."""

from pathlib import Path

from ingest.commands.opening import BadInputError
from ingest.entering import Entering
from ingest.home import Home
from ingest.sheets.mapping import SheetMapping, load_sheet_mapping, sheet_mappings
from ingest.sheets.reading import Read


def mapping_named(home: Home, name: str) -> SheetMapping:
    """Return a mapping by its file, or by the id of one that is shipped or in the home."""
    if name.endswith(".toml"):
        return load_sheet_mapping(Path(name))
    known = sheet_mappings(home.file_mappings_dir)
    if name not in known:
        expected = ", ".join(sorted(known)) or "none there yet"
        raise BadInputError(f"--mapping: expected a TOML file or one of: {expected}; not {name!r}")
    return known[name]


def told(read: Read, entering: Entering, *, dry_run: bool) -> str:
    """Say what became of a file, or what would."""
    rows = (
        f"{entering.rows} rows of {entering.devices} devices: {entering.fresh} new,"
        f" {entering.repeated} stored already, {entering.replaced} replace another value;"
        f" {read.empty} say nothing, {read.doubled} stand there twice"
    )
    return f"{read.sheet.origin.file}: {rows}" + ("" if dry_run else "\ntaken in")
