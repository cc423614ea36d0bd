"""Chunks to queryable in InfluxDB 2: as into the embedded store, on a private server."""

import tempfile
from itertools import count
from pathlib import Path

from ingest.home import Home
from ingest.storage.influx import InfluxStore
from simulators.bench import chunks
from simulators.bench.figure import Figures, MeasuringFailedError
from simulators.influxd import ORG, TOKEN, influxd, running_influxd


def measure(number: int = chunks.CHUNKS) -> Figures:
    """Push chunks through into buckets of a fresh server."""
    program = influxd()
    if program is None:
        raise MeasuringFailedError("influxd is not installed: make servers")
    with (
        tempfile.TemporaryDirectory() as directory,
        running_influxd(program, Path(directory)) as server,
    ):
        buckets = count()

        def opening(_: Home) -> InfluxStore:
            bucket = f"bench-{next(buckets)}"
            server.new_bucket(bucket)
            return InfluxStore(server.url, org=ORG, bucket=bucket, token=TOKEN)

        return chunks.measure(number, opening)
