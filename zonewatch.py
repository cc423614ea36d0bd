"""Zonewatch: monitoring of low-carbon demonstration zones.

From a device's message to a figure that can be followed back and re-run to the same digits.
"""

import sys
from importlib import import_module
from typing import Final

COMMANDS: Final = {
    "demo": ("simulators.demo.cli", "the whole chain on this machine, with simulated zones"),
    "gateway": ("gateway.cli", "a field gateway"),
    "run": ("api.run.cli", "the whole backend in one process, for one small machine"),
    "ingest": ("ingest.cli", "take in what gateways publish, in a process of its own"),
    "analytics": ("analytics.service.cli", "compute what was taken in, in a process of its own"),
    "api": ("api.cli", "serve the API and the board"),
    "registry": ("ingest.registry.cli", "import, export and check what is deployed"),
    "user": ("api.accounts.cli", "make, list and disable accounts"),
    "token": ("api.accounts.programs.cli", "make and revoke tokens of programs"),
    "report": ("api.reports.cli", "a period's report"),
    "whatif": ("api.whatif.cli", "another factor, method or assumption; nothing changes"),
    "factors": ("api.factors.cli", "grid emission factors, and entering one's own"),
    "close": ("api.closing.commands.close", "prepare a period"),
    "check": ("api.closing.commands.check", "check a period that somebody prepared, and close it"),
    "approve": ("api.closing.commands.approve", "approve a period that is closed"),
    "verify": ("api.closing.commands.verify", "re-run what was published, to the same digits"),
    "bundle": ("api.closing.commands.bundle", "a period's offline bundle for a verifier"),
    "digest": ("api.closing.commands.digest", "the day's signed digest, for others to keep"),
    "calc": ("analytics.calc.cli", "the calculator a verifier uses"),
    "decode": ("api.decode.cli", "what a captured frame says"),
    "ledger": ("ingest.commands.ledger", "the account of records"),
    "import": (
        "api.imports.cli",
        "bring in a file of readings, or a gateway's outbox",
    ),
    "broker-config": ("ingest.broker.cli", "Mosquitto's configuration, access list, passwords"),
    "quarantine": ("ingest.commands.quarantine", "what could not be stored, and why"),
    "backup": ("api.backup.cli", "everything that is in no server, into one file"),
    "restore": ("api.restore.cli", "a home from a backup"),
    "rebuild": ("api.rebuild.cli", "the store made whole from the archive"),
    "simulate": ("simulators.simulate.cli", "a recording played through the whole chain"),
    "dashboards": ("dashboards.grafana.cli", "Grafana's dashboards as code"),
    "drill": ("simulators.drill.cli", "the outage drill: is anything lost?"),
    "faults": ("simulators.faults.cli", "the fault rules against a zone with labelled causes"),
    "bench": ("simulators.bench.cli", "measurements"),
}


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand and return its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(_help())
        return 0
    if arguments[0] not in COMMANDS:
        sys.stderr.write(f"zonewatch: no subcommand {arguments[0]!r}: see zonewatch --help\n")
        return 2
    module, _ = COMMANDS[arguments[0]]
    try:
        return int(import_module(module).main(arguments[1:]))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _help() -> str:
    lines = [f"  {name:<15}{what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join(
        [
            (__doc__ or "").strip(),
            "",
            "usage: zonewatch SUBCOMMAND …",
            "",
            *lines,
            "",
            "zonewatch SUBCOMMAND --help tells more of each.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
