"""Records that no gateway numbers: in a device's own words, or as people bring them in.

A device publishes by itself, and its profile names the mapping; or a ChirpStack server publishes
for it, and its profile names the codec, here or there. A message is stored whole or set aside
whole, and its records are counted by their day of receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.checks import impossible_times
from ingest.chirpstack.codec import Codec, PayloadError
from ingest.chirpstack.said import said_by
from ingest.chirpstack.uplink import Uplink
from ingest.columns import Arrival, unknown_metrics
from ingest.contract.chunk import Part
from ingest.contract.fields import MalformedError
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.mapping import FieldMapping, Said, read_said
from ingest.contract.period import utc_day
from ingest.entered import Entered
from ingest.judging import Rules, refused_rows
from ingest.registry.model import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """What a device said."""

    device: DeviceId
    body: Mapping[str, object] | Uplink


class SingleRefusedError(ValueError):
    """A record that cannot be stored: why, and of which gateway its device is, if it is known."""

    def __init__(self, reason: str, gateway: GatewayId | None = None) -> None:
        super().__init__(reason)
        self.gateway = gateway


def publishes_by_itself(device: Device, mappings: Mapping[str, FieldMapping]) -> bool:
    """Tell whether a device brings its records to the broker without a gateway's program."""
    return device.profile in mappings


Unnumbered = Single | Entered
"""What no gateway numbers."""


def arrival_of(said: Unnumbered, rules: Rules, *, received_at: int) -> Arrival:
    """Return a message as what arrived at an instant [microseconds], or raise SingleRefusedError.

    The gateway that its device is registered with stands for site and provenance only.
    """
    device = rules.registry.device(said.device, received_at)
    if device is None:
        raise SingleRefusedError(f"unknown device {said.device}")
    try:
        if isinstance(said, Entered):
            part = said.part
        else:
            part = _part_of(device, _said(said.body, device, rules))
        _check(part, device, rules, received_at)
    except (MalformedError, PayloadError, SingleRefusedError) as error:
        raise SingleRefusedError(f"{error} (device {device.id})", device.gateway) from None
    return Arrival(
        part=part,
        device_class=device.device_class,
        gateway=device.gateway,
        days=(utc_day(received_at),) * len(part.number),
        numbered=False,
    )


def _mapping_of(device: Device, rules: Rules) -> FieldMapping:
    if not publishes_by_itself(device, rules.mappings):
        raise SingleRefusedError(f"no mapping is called {device.profile}, as its profile is")
    return rules.mappings[device.profile]


def _codec_of(uplink: Uplink, device: Device, rules: Rules) -> Codec:
    """Return the codec of an uplink: of the device's profile, else of what ChirpStack calls it.

    So a lamp whose profile is that of its gateway's line is read by ChirpStack's.
    """
    for name in (device.profile, uplink.profile):
        if name in rules.codecs:
            return rules.codecs[name]
    raise SingleRefusedError(
        f"no codec is called {device.profile} or {uplink.profile!r:.80}, as its profiles are"
    )


def _said(body: Mapping[str, object] | Uplink, device: Device, rules: Rules) -> Said:
    if isinstance(body, Uplink):
        return said_by(body, _codec_of(body, device, rules))
    return read_said(body, _mapping_of(device, rules))


def _part_of(device: Device, said: Said) -> Part:
    """Return a record by true time: a clock that is known to be wrong is set right here."""
    return Part(
        device=device.id,
        number=(1,),
        measured_at=(said.measured_at - device.clock_offset_s * 1_000,),
        values={name: (value,) for name, value in said.values.items()},
    )


def _check(part: Part, device: Device, rules: Rules, received_at: int) -> None:
    if unknown := unknown_metrics(device.device_class, part):
        raise SingleRefusedError(f"not a metric of a {device.device_class}: {min(unknown)}")
    for defect in impossible_times(part, received_at=received_at):
        raise SingleRefusedError(defect.reason)
    for defect in refused_rows(part, rules.refused):
        raise SingleRefusedError(defect.reason)
