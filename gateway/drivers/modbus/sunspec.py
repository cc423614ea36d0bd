"""Finding a model in the chain that SunSpec devices keep in their registers.

SunSpec Device Information Model: the marker "SunS" at one of three addresses, then models, each
with its id, its length and so many registers, up to an id of 0xFFFF.
"""

from typing import Final

from gateway.driver import DeviceRefusedError, PolledDevice
from gateway.drivers.modbus.connection import ReadOnlyConnection
from gateway.drivers.modbus.sunspec_scan import Found
from gateway.profile import SunSpecModel

BASES: Final = (40_000, 0, 50_000)
MARKER: Final = (0x5375, 0x6E53)  # "SunS"
END: Final = 0xFFFF
_HIGHEST_ADDRESS: Final = 0xFFFF
_MOST_MODELS: Final = 100


async def locate(connection: ReadOnlyConnection, device: PolledDevice, model: SunSpecModel) -> int:
    """Return the address of a model's id, or raise DriverError."""
    address = await _chain(connection, device, model.function)
    while address < _HIGHEST_ADDRESS:
        found, length = await connection.read(device, model.function, address, 2)
        if (found, length) == (model.id, model.length):
            return address
        if found == END:
            break
        address += 2 + length
    raise DeviceRefusedError(
        device.id, f"has no SunSpec model {model.id} with {model.length} registers"
    )


async def scan(connection: ReadOnlyConnection, device: PolledDevice, function: int) -> list[Found]:
    """Return all models of a device's chain, or raise DriverError."""
    address = await _chain(connection, device, function)
    models: list[Found] = []
    while address < _HIGHEST_ADDRESS and len(models) < _MOST_MODELS:
        number, length = await connection.read(device, function, address, 2)
        if number == END:
            return models
        models.append(Found(model=number, address=address, length=length))
        address += 2 + length
    raise DeviceRefusedError(device.id, "its chain of SunSpec models has no end")


async def _chain(connection: ReadOnlyConnection, device: PolledDevice, function: int) -> int:
    """Return the address of the first model."""
    for base in BASES:
        try:
            if tuple(await connection.read(device, function, base, 2)) == MARKER:
                return base + 2
        except DeviceRefusedError:
            continue
    raise DeviceRefusedError(device.id, f"has no SunSpec marker at {', '.join(map(str, BASES))}")
