"""Whose a device's rows are, and which of them cannot be stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ingest.checks import impossible_times
from ingest.chirpstack.codec import Codec
from ingest.columns import silent_rows, unknown_metrics
from ingest.contract.chunk import Defect, Part
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.mapping import FieldMapping
from ingest.contract.ranges import Ranges
from ingest.registry.model import Device
from ingest.registry.registry import Registry

RecordKey = tuple[DeviceId, int]
"""A device, and the instant it said something at. [microseconds, UTC]"""

NO_MAPPINGS: Final[Mapping[str, FieldMapping]] = MappingProxyType({})
NO_CODECS: Final[Mapping[str, Codec]] = MappingProxyType({})
NOTHING_REFUSED: Final[Mapping[RecordKey, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what rows are judged."""

    registry: Registry
    mappings: Mapping[str, FieldMapping]  # by profile
    codecs: Mapping[str, Codec]  # by profile
    refused: Mapping[RecordKey, str]  # what the store would not keep, and why


def judged(
    gateway: GatewayId, part: Part, rules: Rules, received_at: int
) -> tuple[Device | None, tuple[Defect, ...]]:
    """Return whose the rows are, and which of them cannot be stored."""
    device, reason = _resolve(gateway, part, rules.registry, received_at)
    if device is None:
        return None, (Defect(numbers=Ranges.from_numbers(part.number), reason=reason),)
    wrong = (*impossible_times(part, received_at=received_at), *refused_rows(part, rules.refused))
    if unknown_metrics(device.device_class, part):
        silent = [part.number[row] for row in silent_rows(device.device_class, part)]
        reason = f"no metric of a {device.device_class} in it"
        if silent:
            wrong = (*wrong, Defect(numbers=Ranges.from_numbers(silent), reason=reason))
    return device, wrong


def refused_rows(part: Part, refused: Mapping[RecordKey, str]) -> Iterator[Defect]:
    """Yield the rows that the store would not keep."""
    if refused:
        for number, at in zip(part.number, part.measured_at, strict=True):
            if reason := refused.get((part.device, at * 1_000)):
                yield Defect(numbers=Ranges.of((number, number)), reason=reason)


def _resolve(
    gateway: GatewayId, part: Part, registry: Registry, received_at: int
) -> tuple[Device | None, str]:
    if registry.gateway(gateway) is None:
        return None, f"unknown gateway {gateway}"
    owners: set[str] = set()
    for at in (received_at, part.measured_at[0] * 1_000):
        device = registry.device(part.device, at)
        if device is not None and device.gateway == gateway:
            return device, ""
        owners |= {device.gateway} if device is not None else set()
    if owners:
        return None, f"device {part.device} belongs to another gateway, {min(owners)}"
    return None, f"unknown device {part.device}"
