"""A probe as text, device by device."""

from collections.abc import Iterator, Mapping

from gateway.drivers.hj212.station_map import load_maps
from gateway.probe.lines import Probed
from gateway.profile import Profile
from ingest.contract.catalog import FAULT_WORD, metric
from ingest.contract.metric import DeviceClass


def told(probed: Probed, profiles: Mapping[str, Profile]) -> Iterator[str]:
    """Yield the lines that tell of one device."""
    head = f"{probed.device} ({probed.where}, {probed.profile})"
    if probed.silent is not None:
        yield f"{head}: NO ANSWER: {probed.silent}"
        return
    yield f"{head}: answers"
    for detail in probed.told:
        text = f"{detail.value:g}" if isinstance(detail.value, float) else detail.value
        yield f"    {detail.name:<28}{text or '-'} {detail.unit}".rstrip()
    for name, value in probed.values.items():
        yield f"    {name:<28}{_value(probed.profile, profiles, name, value)}"
    for finding in probed.findings:
        yield f"    IMPLAUSIBLE: {finding}"


def _value(profile: str, profiles: Mapping[str, Profile], name: str, value: float | None) -> str:
    if value is None:
        return "-"
    known = metric(_device_class(profile, profiles), name)
    unit = known.unit if known and known.unit != "1" else ""
    return f"{value:.10g} {unit or _named(profiles.get(profile), name, value)}".rstrip()


def _named(profile: Profile | None, name: str, value: float) -> str:
    """Name a state, or the faults that a fault word or code reports."""
    if profile is None:
        return ""
    named = profile.state_name(name, value)
    if named is None and name == FAULT_WORD.name:
        named = ", ".join(profile.faults_in(int(value)))
    return named or ""


def _device_class(profile: str, profiles: Mapping[str, Profile]) -> DeviceClass:
    if profile in profiles:
        return profiles[profile].device_classes[0]
    return load_maps()[profile].device_classes[0]
