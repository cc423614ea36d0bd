"""Records of devices that publish by themselves: one a message, in the device's own words.

The profile of the device names the mapping. No gateway numbers such a record: it is stored whole or
set aside whole, and counted by its day of receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.checks import impossible_times
from ingest.columns import Arrival, unknown_metrics
from ingest.contract.chunk import Part
from ingest.contract.fields import MalformedError
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.mapping import FieldMapping, read_said
from ingest.contract.period import utc_day
from ingest.judging import Rules, refused_rows
from ingest.registry.model import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """What a device said."""

    device: DeviceId
    body: Mapping[str, object]


class SingleRefusedError(ValueError):
    """A record that cannot be stored: why, and of which gateway its device is, if it is known."""

    def __init__(self, reason: str, gateway: GatewayId | None = None) -> None:
        super().__init__(reason)
        self.gateway = gateway


def publishes_by_itself(device: Device, mappings: Mapping[str, FieldMapping]) -> bool:
    """Tell whether a device brings its records to the broker without a gateway's program."""
    return device.profile in mappings


def arrival_of(single: Single, rules: Rules, *, received_at: int) -> Arrival:
    """Return a record as what arrived at an instant [microseconds], or raise SingleRefusedError.

    The gateway that its device is registered with stands for site and provenance only.
    """
    device = rules.registry.device(single.device, received_at)
    if device is None:
        raise SingleRefusedError(f"unknown device {single.device}")
    try:
        part = _part_of(single, _mapping_of(device, rules))
        _check(part, device, rules, received_at)
    except (MalformedError, SingleRefusedError) as error:
        raise SingleRefusedError(f"{error} (device {device.id})", device.gateway) from None
    return Arrival(
        part=part,
        device_class=device.device_class,
        gateway=device.gateway,
        days=(utc_day(received_at),),
        numbered=False,
    )


def _mapping_of(device: Device, rules: Rules) -> FieldMapping:
    if not publishes_by_itself(device, rules.mappings):
        raise SingleRefusedError(f"no mapping is called {device.profile}, as its profile is")
    return rules.mappings[device.profile]


def _part_of(single: Single, mapping: FieldMapping) -> Part:
    said = read_said(single.body, mapping)
    return Part(
        device=single.device,
        number=(1,),
        measured_at=(said.measured_at,),
        values={name: (value,) for name, value in said.values.items()},
    )


def _check(part: Part, device: Device, rules: Rules, received_at: int) -> None:
    if unknown := unknown_metrics(device.device_class, part):
        raise SingleRefusedError(f"not a metric of a {device.device_class}: {min(unknown)}")
    for defect in impossible_times(part, received_at=received_at):
        raise SingleRefusedError(defect.reason)
    for defect in refused_rows(part, rules.refused):
        raise SingleRefusedError(defect.reason)
