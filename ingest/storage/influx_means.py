"""Hourly means in the bucket of the readings, in measurements of their own, by InfluxDB's lines.

They are a copy for curves over months, which nobody computes with: what is read for that are
readings. Means stand as readings do, with a flag beside each, so that one can be taken back.
"""

import logging
from typing import Final

import numpy as np

from ingest.contract.metric import DeviceClass
from ingest.storage.block import Block
from ingest.storage.influx_http import Door, LinesRefusedError, Place
from ingest.storage.influx_lines import encoded

_LOG: Final = logging.getLogger(__name__)
_LINES: Final = 10_000  # a request, as of readings


def hourly(device_class: DeviceClass) -> str:
    """Return the measurement that a device class's hourly means stand in."""
    return f"{device_class}_1h"


class InfluxMeans:
    """Keeps hourly means beside the readings of a bucket."""

    def __init__(self, place: Place, *, token: str) -> None:
        self._door = Door(place, token=token, connections=1)

    def write(self, block: Block) -> None:
        """Put means in the place of those that are there, each at the start of its hour.

        What the server refuses for good is told in the log: a copy holds nothing up.

        Raises:
            StoreUnavailableError: It does not answer; trying again may work.
        """
        replacing = np.ones(len(block), np.bool_)
        into = hourly(block.device_class)
        for body in encoded(block, replacing=replacing, lines=_LINES, into=into):
            try:
                self._door.insert(body)
            except LinesRefusedError as error:
                _LOG.error("hourly means are not copied: %s", error)

    def close(self) -> None:
        """Let go of all connections."""
        self._door.close()
