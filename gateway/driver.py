"""The driver port: how the gateway asks a device, whatever the protocol.

DriverError
├── DeviceUnreachableError   transient: nothing, or nothing usable, came back; ask again later
└── DeviceRefusedError       permanent: what was asked does not fit the device
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from gateway.profile import Profile
from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledDevice:
    """A device to be asked: its address on the line, and what its answers mean."""

    id: DeviceId
    unit: int
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Readout:
    """What a device answered: values by metric in the catalog's units, None where it has none.

    Quality is named only where it is not good.
    """

    values: Mapping[str, float | None]
    quality: Mapping[str, Quality] = field(default_factory=dict)


class DriverError(Exception):
    """A device could not be read."""

    def __init__(self, device: DeviceId, reason: str) -> None:
        super().__init__(f"{device}: {reason}")
        self.device = device
        self.reason = reason


class DeviceUnreachableError(DriverError):
    """The device did not answer, or could not just now. Asking again later may work."""


class DeviceRefusedError(DriverError):
    """The device does not know what was asked. Asking again does not help, another profile may."""


class Driver(Protocol):
    """Reads the devices of one line, one after another. It never writes to a device."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    async def read(self, device: PolledDevice) -> Readout:
        """Return what the device says now, or raise DriverError."""
        ...
