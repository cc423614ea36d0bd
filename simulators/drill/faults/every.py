"""All faults, in the order of the drill."""

from collections.abc import Mapping
from typing import Final

from simulators.drill.faults import (
    analytics,
    broker,
    catalog,
    clock,
    disk,
    gateway,
    ingest,
    messages,
    network,
    store,
)
from simulators.drill.faults.fault import Fault

FAULTS: Final[Mapping[str, Fault]] = {
    fault.name: fault
    for module in (
        broker,
        ingest,
        store,
        analytics,
        catalog,
        gateway,
        network,
        disk,
        clock,
        messages,
    )
    for fault in module.FAULTS
}
