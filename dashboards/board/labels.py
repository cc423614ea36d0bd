"""What people call a device."""

from ingest.registry.model import Device


def label_of(device: Device) -> str:
    """Return what is painted on a device, else its id."""
    return device.painted_number or device.id
