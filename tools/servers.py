"""Install the real servers that tests can use, as far as this machine allows, and say what is not.

Usage: python3 tools/servers.py [debian] [influxd]

debian: Mosquitto, PostgreSQL, Chromium, fonts, what the drill and building InfluxDB need, by
apt-get.
influxd: InfluxDB 2, unless one is on PATH: built from the Go module in tools/influxd and kept by
version in the user's cache. What cannot be installed is told; the status is 0 all the same, because
tests that need it say themselves that they are skipped.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODULE = Path(__file__).resolve().parent / "influxd"
PACKAGES = {
    "Mosquitto": ["mosquitto"],
    "PostgreSQL": ["postgresql"],
    "Chromium": ["chromium", "chromium-driver"],
    "fonts for Khmer, Lao and Chinese": ["fonts-noto-core", "fonts-noto-cjk"],
    "what the drill's disks and clocks need": ["e2fsprogs", "faketime"],
    "what building InfluxDB needs": ["clang", "pkg-config"],
}
SERVICES = ("mosquitto", "postgresql")
OLDEST_GO = (1, 25)
INFLUXD = "github.com/influxdata/influxdb/v2/cmd/influxd"
PKG_CONFIG = "github.com/influxdata/pkg-config"
BUILD = ["build", "-trimpath", "-ldflags", "-s -w", "-tags", "sqlite_foreign_keys,sqlite_json"]
# libflux denies warnings in its default feature, and a newer Rust has more of them.
CARGO = '#!/bin/sh\nexec cargo "$@" --package flux --no-default-features --features cffi\n'


def influxd_version() -> str:
    """Return the version of InfluxDB that the Go module names."""
    text = (MODULE / "go.mod").read_text(encoding="utf-8")
    found = re.search(r"github\.com/influxdata/influxdb/v2 v(\S+)", text)
    if found is None:
        sys.exit("tools/influxd/go.mod: names no InfluxDB")
    return found.group(1)


def influxd_cached() -> Path:
    """Return where a built influxd is kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache, "zonewatch", "influxd-" + influxd_version(), "influxd")


def say(text: str) -> None:
    """Tell how far it is."""
    sys.stderr.write("servers: " + text + "\n")


def main(arguments: "list[str]") -> None:
    """Install the named parts, all where none is named."""
    parts = {"debian": install_debian, "influxd": install_influxd}
    if not set(arguments) <= set(parts):
        sys.exit("usage: python3 tools/servers.py [debian] [influxd]")
    for name, install in parts.items():
        if not arguments or name in arguments:
            began = time.monotonic()
            install()
            say(f"{name}: {time.monotonic() - began:.0f} s")


def install_debian() -> None:
    """Install what is missing of the packages, all together, or else what can be had of them."""
    missing = {
        purpose: absent
        for purpose, names in PACKAGES.items()
        if (absent := [name for name in names if not is_installed(name)])
    }
    if not missing:
        say("Debian packages: all there")
        return
    if (reason := why_no_apt()) or not apt("update"):
        for purpose, names in missing.items():
            told = reason or "apt-get update failed"
            say("not installed: {} ({}): {}".format(purpose, " ".join(names), told))
        return
    everything = [name for names in missing.values() for name in names]
    if not apt("install", *everything):
        for purpose, names in missing.items():
            if not apt("install", *names):
                say("not installed: {} ({}): apt-get failed".format(purpose, " ".join(names)))
    stop_services(set(everything))


def is_installed(package: str) -> bool:
    """Ask dpkg, where there is one."""
    if shutil.which("dpkg-query") is None:
        return False
    command = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout == "installed"


def why_no_apt() -> str | None:
    """Say why packages cannot be installed here, None where they can."""
    if shutil.which("apt-get") is None:
        return "no apt-get on this machine"
    if os.geteuid() != 0:
        return "needs root; ask an administrator to install them"
    return None


def apt(verb: str, *packages: str) -> bool:
    """Run apt-get without questions; RUNLEVEL keeps it from starting servers without systemd."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", "-q", "-y", "--no-install-recommends", verb, *packages]
    return run(command, environment=environment)


def stop_services(installed: "set[str]") -> None:
    """Stop what Debian started: tests start servers of their own, on ports of their own."""
    if not Path("/run/systemd/system").is_dir():
        return
    for name in sorted(installed.intersection(SERVICES)):
        run(["systemctl", "disable", "--now", name])


def install_influxd() -> None:
    """Use an influxd that is there, or build one."""
    version, kept = influxd_version(), influxd_cached()
    if there := shutil.which("influxd"):
        say(f"InfluxDB 2: {there} is on PATH")
    elif kept.exists():
        say(f"InfluxDB {version}: {kept} is there")
    elif lacking := lacking_to_build():
        say(f"not installed: InfluxDB {version}: building it needs {lacking}")
        say("any influxd 2 on PATH will do, such as the one of the official package")
    elif not build_influxd(kept):
        say(f"not installed: InfluxDB {version}: the build failed, see above")
    else:
        say(f"InfluxDB {version}: built, {kept}")


def lacking_to_build() -> str:
    """Name what the build needs and this machine lacks."""
    programs = {"cargo": "Rust", "clang": "clang", "pkg-config": "pkg-config"}
    lacking = [told for program, told in programs.items() if shutil.which(program) is None]
    if go_version() < OLDEST_GO:
        lacking.insert(0, "Go {}.{} or newer".format(*OLDEST_GO))
    return ", ".join(lacking)


def go_version() -> "tuple[int, int]":
    """Return the version of Go, (0, 0) where there is none."""
    program = shutil.which("go")
    if program is None:
        return (0, 0)
    told = subprocess.run([program, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", told)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def build_influxd(kept: Path) -> bool:
    """Build influxd and keep it; it is renamed into place, so that it is there whole or not."""
    say(f"building InfluxDB {influxd_version()}: about five minutes on two cores")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as directory:
        tools = Path(directory)
        cargo = tools / "cargo-lenient"
        cargo.write_text(CARGO, encoding="ascii")
        cargo.chmod(0o755)
        environment = {
            **os.environ,
            "CARGO": str(cargo),
            "GOFLAGS": "-buildvcs=false",
            "GOTOOLCHAIN": "local",
            "PATH": str(tools) + os.pathsep + os.environ["PATH"],
            "RUSTUP_TOOLCHAIN": "stable",  # libflux names one that can no longer be had
        }
        # The wrapper stands before the system's pkg-config: it has libflux built.
        built = go(environment, "build", "-o", str(tools / "pkg-config"), PKG_CONFIG) and go(
            environment, *BUILD, "-o", str(tools / "influxd"), INFLUXD
        )
        if built:
            (tools / "influxd").replace(kept)
    return built


def go(environment: "dict[str, str]", *arguments: str) -> bool:
    """Run Go inside the module."""
    return run(["go", "-C", str(MODULE), *arguments], environment=environment)


def run(command: "list[str]", *, environment: "dict[str, str] | None" = None) -> bool:
    """Run a program, with what it says on stderr; tell whether it worked."""
    return subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode == 0


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
