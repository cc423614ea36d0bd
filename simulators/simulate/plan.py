"""The plan of a replay: the site that a recording was made at, from its first instant to its last.

A home remembers the recording. Where it holds all of it there is nothing left to play; where it
holds a part, the replay goes on from there.
"""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Final

from gateway.profile_file import load_profiles, named
from ingest.contract.period import instant
from ingest.home import Home
from ingest.registry.csv_import import check
from ingest.registry.registry import Entered, Registry
from simulators.chain.devices import Played
from simulators.chain.home import ZONES, Memory, recall
from simulators.chain.run import Plan
from simulators.chain.site import field_sites
from simulators.replay import Recording
from simulators.simulate.play import RecordedPlay, check_playable

FILES: Final = ZONES / "recorded"
_MILLISECOND: Final = timedelta(milliseconds=1)  # what gateways tell instants apart by
_SHOWN: Final = 12  # digits of a hash


def recording_name(path: Path) -> str:
    """Return what a home remembers a recording by: its content, whatever the file is called."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"a replay of the recording sha256:{digest[:_SHOWN]}"


def recorded(recording: Recording) -> Played:
    """Return the site that plays a recording; one that it cannot say raises UnplayableError."""
    rows = check(sorted(FILES.glob("*.csv")), Registry()).rows
    items = [(row.valid_from, row.item) for row in rows if row.item is not None]
    (site,) = field_sites(Registry(Entered(change=1, valid_from=at, item=it) for at, it in items))
    (device,) = site.devices
    check_playable(recording, device, named(load_profiles(), device.profile))
    step = timedelta(seconds=device.interval_s)
    return Played(site=site, play=RecordedPlay(device=device.id, recording=recording, step=step))


def replay_plan(
    home: Home, played: Played, recording: Recording, *, of: str, days: int | None
) -> Plan:
    """Return the replay of a recording's first local days, or with None of all of it.

    `of` is what the home remembers the recording by.
    """
    wanted = recording if days is None else recording.local_days(0, days)
    before = instant(recording.instants[0]) - played.play.step
    memory = recall(home, of) or Memory(of=of, began=before, until=before)
    # The last value has its interval, and nobody asks for another.
    end = instant(wanted.instants[-1]) + played.play.step - _MILLISECOND
    return Plan(memory=memory, until=max(memory.until, end), played=(played,))
