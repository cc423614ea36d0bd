"""Measure on this machine; figures, never a pass or fail.

chunks: messages of 2,400 values each, through archive, store and catalog, to queryable.
influx: the same, with the readings in a private InfluxDB 2.
records: single records that wait at a private Mosquitto, into a private InfluxDB 2.
hj212: frames decoded a second, and what a gateway with 50 stations takes.
demo: seven days of the demo's zones through the whole chain.
backlog: a day's backlog of 60 gateways into InfluxDB 2, beside live data.
outage: ingest's memory while InfluxDB 2 hangs and an hour of the whole programme arrives.
gateway: one gateway's memory and processor time with 300 Modbus devices.
programme: a year of the whole programme, from hours to figures.
nightly: a zone of 6,500 devices, its last night and its condition; a year of ten air stations.
report: the whole programme's month as PDF, XLSX and CSV, from the catalog.
lineage: a closed year of the whole programme, followed back; the year as CSV.
verify: a month of a zone of 60 devices, re-run from the store and from the archive.
dashboards: what Grafana's dashboards ask of a year of the whole programme.
faults: the fast fault rules over the whole programme's last hours.
summary: a zone's summary for 50 clients, beside a year of the whole programme.
notices: from the reading that proves a fault to the channel, in quiet and in a flood.
"""

import argparse
import json
import sys
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from simulators.bench.figure import Figures

_NAMES: Final = (  # each a module beside this one
    "chunks",
    "influx",
    "records",
    "hj212",
    "demo",
    "backlog",
    "outage",
    "gateway",
    "programme",
    "nightly",
    "report",
    "lineage",
    "verify",
    "dashboards",
    "faults",
    "summary",
    "notices",
)


def main(argv: list[str] | None = None) -> int:
    """Run a measurement and return an exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch bench", description=__doc__)
    parser.add_argument("name", choices=_NAMES, metavar="NAME", help=" or ".join(_NAMES))
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args(argv)
    from simulators.bench.figure import MeasuringFailedError

    try:
        figures = _measure(args.name)
    except MeasuringFailedError as error:
        sys.stderr.write(f"zonewatch bench: {error}\n")
        return 1
    if args.json:
        told = {name: asdict(measured) for name, measured in figures.items()}
        print(json.dumps({"bench": args.name, "figures": told}))
    else:
        print(f"bench {args.name}")
        for name, measured in figures.items():
            unit = "" if measured.unit == "1" else measured.unit
            print(f"  {name:<34}{measured.value:>16,.1f} {unit}".rstrip())
    return 0


def _measure(name: str) -> "Figures":
    sys.stderr.write(f"measuring {name}\n")
    figures: Figures = import_module(f"simulators.bench.{name}").measure()
    return figures
