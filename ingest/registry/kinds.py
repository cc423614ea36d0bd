"""The kinds of entries as tables: one list of columns reads, checks, keeps and exports each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from ingest.contract.metric import DeviceClass
from ingest.registry import cells
from ingest.registry.cells import Cell
from ingest.registry.model import (
    AidBatch,
    Basis,
    BuildingType,
    Contract,
    Device,
    Digest,
    Duty,
    Entry,
    Gateway,
    GridConnection,
    Language,
    Lot,
    Obligation,
    Person,
    PersonRole,
    Provenance,
    SimCard,
    Site,
    Zone,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of a kind of entry; the column has the attribute's name."""

    name: str
    cell: Cell
    empty: bool = False  # whether a cell, or the whole column, may be left out
    without: str | int | tuple[str, ...] | None = None  # the value of an empty cell
    names: type[Entry] | None = None  # the kind of entry that it refers to

    def read(self, text: str) -> object:
        """Return a cell's value, or raise CellError."""
        return self.without if self.empty and not text else self.cell.read(text)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a row although each of its cells is right."""

    column: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of entry: what its file and its rows are called, and what they hold."""

    name: str
    file: str  # stem of the file that holds it
    item: type[Entry]
    columns: tuple[Column, ...]
    judge: Callable[[Any], Iterator[Wrong]] = lambda _: iter(())

    @property
    def key(self) -> str:
        """The column that names a row."""
        return self.columns[0].name

    def read(self, row: Mapping[str, str]) -> Entry:
        """Make an entry of texts by column; the first cell that is not right raises CellError."""
        return self.make({each.name: each.read(row.get(each.name, "")) for each in self.columns})

    def make(self, values: Mapping[str, object]) -> Entry:
        """Make an entry of values by column."""
        return self.item(**cast("Any", values))

    def write(self, item: Entry) -> dict[str, str]:
        """Return an entry as texts by column."""
        return {column.name: cells.write(getattr(item, column.name)) for column in self.columns}


def _position_whole(item: Site | Device) -> Iterator[Wrong]:
    if (item.latitude is None) != (item.longitude is None):
        missing = "latitude" if item.latitude is None else "longitude"
        yield Wrong(missing, "latitude and longitude together, or neither")


def _power_has_basis(item: Lot | Device) -> Iterator[Wrong]:
    if item.rated_power_w is not None and item.rated_power_basis is None:
        yield Wrong("rated_power_basis", "what the rated power rests on: nameplate or assumed")
    if item.rated_power_w is None and item.rated_power_basis is not None:
        yield Wrong("rated_power_w", "the rated power that the basis is given for")


def _judge_lot(lot: Lot) -> Iterator[Wrong]:
    yield from _power_has_basis(lot)
    if lot.signed and lot.handed_over and lot.handed_over < lot.signed:
        yield Wrong("handed_over", f"a day not before it was signed, {lot.signed}")


def _judge_device(device: Device) -> Iterator[Wrong]:
    yield from _position_whole(device)
    yield from _power_has_basis(device)
    if device.device_class is DeviceClass.STREETLIGHT and not device.schedule:
        yield Wrong(
            "schedule", f"when light is required of a streetlight: {cells.SCHEDULE.expected}"
        )
    if (device.evidence is None) != (device.evidence_on is None):
        missing = "evidence" if device.evidence is None else "evidence_on"
        yield Wrong(missing, "evidence and its day together, or neither")
    if device.feeds == device.id:
        yield Wrong("feeds", "another device than itself")


def _judge_contract(contract: Contract) -> Iterator[Wrong]:
    if (contract.lot is None) == (contract.site is None):
        yield Wrong("lot", "either a lot or a site")


_POSITION: Final = (
    Column("latitude", cells.LATITUDE, empty=True),
    Column("longitude", cells.LONGITUDE, empty=True),
)
_RATED: Final = (
    Column("rated_power_w", cells.RATED_POWER, empty=True),
    Column("rated_power_basis", cells.choice(Basis), empty=True),
)

KINDS: Final = (
    Kind(
        name="zone",
        file="zones",
        item=Zone,
        columns=(
            Column("id", cells.NAME),
            Column("name", cells.TEXT),
            Column("country", cells.COUNTRY),
            Column("grid", cells.GRID),
            Column("timezone", cells.TIMEZONE),
            Column("latitude", cells.LATITUDE),
            Column("longitude", cells.LONGITUDE),
        ),
    ),
    Kind(
        name="site",
        file="sites",
        item=Site,
        columns=(
            Column("id", cells.NAME),
            Column("zone", cells.NAME, names=Zone),
            Column("name", cells.TEXT),
            *_POSITION,
        ),
        judge=_position_whole,
    ),
    Kind(
        name="sim_card",
        file="sim_cards",
        item=SimCard,
        columns=(
            Column("number", cells.ICCID),
            Column("operator", cells.TEXT),
            Column("plan", cells.TEXT),
            Column("expires", cells.DAY, empty=True),
        ),
    ),
    Kind(
        name="gateway",
        file="gateways",
        item=Gateway,
        columns=(
            Column("id", cells.NAME),
            Column("site", cells.NAME, names=Site),
            Column("provenance", cells.choice(Provenance)),
            Column("sim", cells.ICCID, empty=True, names=SimCard),
        ),
    ),
    Kind(
        name="aid_batch",
        file="aid_batches",
        item=AidBatch,
        columns=(
            Column("id", cells.NAME),
            Column("name", cells.TEXT),
            Column("country", cells.COUNTRY),
            Column("signed", cells.DAY, empty=True),
            Column("source", cells.TEXT),
        ),
    ),
    Kind(
        name="lot",
        file="lots",
        item=Lot,
        columns=(
            Column("id", cells.NAME),
            Column("aid_batch", cells.NAME, names=AidBatch),
            Column("zone", cells.NAME, names=Zone),
            Column("device_class", cells.choice(DeviceClass)),
            Column("quantity", cells.integer(1, 1_000_000)),
            Column("signed", cells.DAY, empty=True),
            Column("shipped", cells.DAY, empty=True),
            Column("accepted", cells.DAY, empty=True),
            Column("handed_over", cells.DAY, empty=True),
            Column("installed", cells.DAY, empty=True),
            *_RATED,
            Column("source", cells.TEXT),
            Column("supplier", cells.TEXT, empty=True),
            Column("warranty_until", cells.DAY, empty=True),
        ),
        judge=_judge_lot,
    ),
    Kind(
        name="device",
        file="devices",
        item=Device,
        columns=(
            Column("id", cells.NAME),
            Column("gateway", cells.NAME, names=Gateway),
            Column("device_class", cells.choice(DeviceClass)),
            Column("profile", cells.NAME),
            Column("painted_number", cells.TEXT, empty=True),
            Column("lot", cells.NAME, empty=True, names=Lot),
            *_POSITION,
            Column("interval_s", cells.integer(1, 86_400)),
            *_RATED,
            Column("accuracy_percent", cells.PERCENT),
            Column("grid_connection", cells.choice(GridConnection)),
            Column("schedule", cells.SCHEDULE, empty=True, without=""),
            Column("handed_over", cells.DAY, empty=True),
            Column("calibrated_until", cells.DAY, empty=True),
            Column("feeds", cells.NAME, empty=True, names=Device),
            Column("building_type", cells.choice(BuildingType), empty=True),
            Column("removed_load_w", cells.RATED_POWER, empty=True),
            Column("evidence_on", cells.DAY, empty=True),
            Column("evidence", cells.TEXT, empty=True),
            Column("serial", cells.TEXT, empty=True),
            Column("clock_offset_s", cells.OFFSET, empty=True, without=0),
            Column("obligation", cells.choice(Obligation), empty=True),
            Column("people_served", cells.integer(1, 1_000_000), empty=True),
        ),
        judge=_judge_device,
    ),
    Kind(
        name="person",
        file="people",
        item=Person,
        columns=(
            Column("id", cells.NAME),
            Column("role", cells.choice(PersonRole)),
            Column("title", cells.TEXT),
            Column("language", cells.choice(Language)),
            Column("zones", cells.NAMES, empty=True, without=(), names=Zone),
            Column(
                "device_classes",
                cells.several(cells.choice(DeviceClass), "device classes, with spaces"),
                empty=True,
                without=(),
            ),
            Column("channels", cells.CHANNELS, empty=True, without=()),
            Column("quiet", cells.QUIET, empty=True, without=""),
            Column("duty", cells.choice(Duty), empty=True, without=Duty.ALWAYS),
            Column("digest", cells.choice(Digest), empty=True, without=Digest.NO),
            Column("step", cells.integer(0, 9), empty=True, without=0),
        ),
    ),
    Kind(
        name="contract",
        file="contracts",
        item=Contract,
        columns=(
            Column("id", cells.NAME),
            Column("lot", cells.NAME, empty=True, names=Lot),
            Column("site", cells.NAME, empty=True, names=Site),
            Column("contractor", cells.TEXT),
            Column("response_hours", cells.integer(1, 8_760)),
            Column("until", cells.DAY, empty=True),
            Column("source", cells.TEXT),
        ),
        judge=_judge_contract,
    ),
)

BY_NAME: Final = {kind.name: kind for kind in KINDS}
BY_FILE: Final = {kind.file: kind for kind in KINDS}
BY_ITEM: Final[Mapping[type[Entry], Kind]] = {kind.item: kind for kind in KINDS}
