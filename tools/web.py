"""Install what checks of dashboards and pages take from elsewhere, and say what cannot be had.

Usage: python3 tools/web.py

node: npm's packages of tools/node, by their lock file, and from Grafana's types the JSON Schemas of
a dashboard and of the options of the panels that we use.
grafana: a stand-in for a Grafana server, built with the models of its published API description.
Both are kept in the user's cache, by the content of what they are made from. The status is 0 all
the same: tests that need one say themselves that they are skipped, and fail where CI is set.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
SCHEMAS = {
    "dashboard": ("dashboard/x/dashboard_types.gen.d.ts", "Dashboard"),
    **{
        name: (f"composable/{name}/panelcfg/x/{file}PanelCfg_types.gen.d.ts", "Options")
        for name, file in {
            "barchart": "BarChart",
            "geomap": "Geomap",
            "stat": "Stat",
            "statetimeline": "StateTimeline",
            "statushistory": "StatusHistory",
            "table": "Table",
            "text": "Text",
            "timeseries": "TimeSeries",
        }.items()
    },
}


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write("web: " + text + "\n")


def kept(name: str) -> Path:
    """Return where what is made from a folder of tools is kept."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((TOOLS / name).iterdir()):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "zonewatch", f"{name}-{digest.hexdigest()[:12]}")


def main() -> None:
    """Make what is missing; it is renamed into place, so that it is there whole or not."""
    for name, program, make in (("node", "npm", make_node), ("grafana", "go", make_grafana)):
        folder = kept(name)
        if folder.exists():
            say(f"{name}: {folder} is there")
        elif shutil.which(program) is None:
            say(f"not installed: {name}: it needs {program}")
        else:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent) as directory:
                made = Path(directory, "made")
                shutil.copytree(TOOLS / name, made)
                if make(made):
                    made.replace(folder)
            say(f"{name}: {folder}" if folder.exists() else f"not installed: {name}: see above")


def make_node(folder: Path) -> bool:
    """Install npm's packages by their lock file, and make schemas of Grafana's types."""
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    return run(install, folder) and all(
        run([*generator(name), "--out", f"{name}.schema.json"], folder) for name in SCHEMAS
    )


def generator(name: str) -> "list[str]":
    """Return the command that makes a schema of a type."""
    path, type_name = SCHEMAS[name]
    types = "node_modules/@grafana/schema/dist/esm/raw/"
    command = ["node", "node_modules/ts-json-schema-generator/bin/ts-json-schema-generator.js"]
    return [*command, "--path", types + path, "--type", type_name, "--no-type-check"]


def make_grafana(folder: Path) -> bool:
    """Build the stand-in."""
    return run(["go", "build", "-trimpath", "-buildvcs=false", "-o", "grafana", "."], folder)


def run(command: "list[str]", folder: Path) -> bool:
    """Run a program in a folder, with what it says on stderr; tell whether it worked."""
    return subprocess.run(command, cwd=folder, stdout=sys.stderr, check=False).returncode == 0


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
