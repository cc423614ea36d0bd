"""Records that no gateway numbers: what devices publish by themselves, and what people bring in.

Of a device that publishes in its own words, the profile names the mapping. A message is stored
whole or set aside whole, and its records are counted by their day of receipt.
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
from ingest.entered import Entered
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
        part = said.part if isinstance(said, Entered) else _part_of(said, device, rules)
        _check(part, device, rules, received_at)
    except (MalformedError, SingleRefusedError) as error:
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


def _part_of(single: Single, device: Device, rules: Rules) -> Part:
    """Return a record by true time: a clock that is known to be wrong is set right here."""
    said = read_said(single.body, _mapping_of(device, rules))
    return Part(
        device=single.device,
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
