"""Who publishes at the broker, each as a user of its own."""

from collections.abc import Mapping

from ingest.contract.mapping import FieldMapping
from ingest.registry.registry import Registry
from ingest.singles import publishes_by_itself


def publishers(registry: Registry, mappings: Mapping[str, FieldMapping]) -> list[str]:
    """Return the gateways, and the devices that publish by themselves, by name."""
    gateways = {str(gateway.id) for gateway in registry.gateways()}
    alone = {str(each.id) for each in registry.devices() if publishes_by_itself(each, mappings)}
    return sorted(gateways | alone)
