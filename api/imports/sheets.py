"""Files of readings: by which mapping they are read, entering them, and what became of them."""

from collections.abc import Mapping
from pathlib import Path

from api.accounts.actor import Actor
from api.accounts.forms import Upload
from api.sources import Sources
from ingest.audit import journal
from ingest.commands.opening import BadInputError
from ingest.control import ControlError
from ingest.control_socket import NobodyThereError
from ingest.entering import Entering
from ingest.home import Home
from ingest.sheets.mapping import SheetMapping, load_sheet_mapping, sheet_mappings
from ingest.sheets.reading import Read, read_sheet


def mapping_named(home: Home, name: str) -> SheetMapping:
    """Return a mapping by its file, or by the id of one that is shipped or in the home."""
    if name.endswith(".toml"):
        return load_sheet_mapping(Path(name))
    known = sheet_mappings(home.file_mappings_dir)
    if name not in known:
        expected = ", ".join(sorted(known)) or "none there yet"
        raise BadInputError(f"--mapping: expected a TOML file or one of: {expected}; not {name!r}")
    return known[name]


class NobodyTakesInError(Exception):
    """No process takes in anything here, or it could not."""


def known_mappings(sources: Sources) -> Mapping[str, SheetMapping]:
    """Return the mappings of files by id."""
    own = () if sources.home is None else (sources.home.file_mappings_dir,)
    return sheet_mappings(*own)


def enter(
    sources: Sources, actor: Actor, upload: Upload, mapping: SheetMapping, *, dry_run: bool
) -> tuple[Read, Entering]:
    """Have a file taken in, or looked at, for somebody who sees the devices in it.

    Raises:
        SheetError: The file cannot be read, or names what is not seen.
        NobodyTakesInError: There is nobody to take it in.
    """
    now = sources.clock.now()
    read = read_sheet(
        upload.name,
        upload.content,
        mapping,
        registry=sources.registry(),
        entered_by=actor.name,
        now=now,
    )
    if sources.control is None:
        raise NobodyTakesInError("nobody here takes files in")
    if not dry_run:
        with sources.catalog.begin() as connection:
            journal.append(connection, actor.deed("file.import", f"file:{upload.name}"), at=now)
    try:
        return read, sources.control.enter(read.sheet, dry_run=dry_run)
    except (ControlError, NobodyThereError) as error:
        raise NobodyTakesInError(str(error) or "no process takes in files here") from error


def told(read: Read, entering: Entering, *, dry_run: bool) -> str:
    """Say what became of a file, or what would."""
    rows = (
        f"{entering.rows} rows of {entering.devices} devices: {entering.fresh} new,"
        f" {entering.repeated} stored already, {entering.replaced} replace another value;"
        f" {read.empty} say nothing, {read.doubled} stand there twice"
    )
    return f"{read.sheet.origin.file}: {rows}" + ("" if dry_run else "\ntaken in")
