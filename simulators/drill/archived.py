"""Which records the archive holds: what is stored has to be there before."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from ingest.archive import Archive
from ingest.contract.chunk import Chunk
from ingest.intake import open_messages
from ingest.markers import is_marker
from simulators.drill.taken import Key

_WORKER: Final = "w1"


def archived(folder: Path) -> set[Key]:
    """Return what the chunks of an archive say, read from a copy: opening one may mend it."""
    with tempfile.TemporaryDirectory(prefix="zonewatch-drill-") as name:
        copy = Path(name) / "archive"
        shutil.copytree(folder, copy)
        with Archive(copy, _WORKER) as archive:
            return {
                (part.device, at * 1_000)
                for frame in archive.frames()
                if not any(map(is_marker, frame.messages))
                for one in open_messages(frame)
                if isinstance(one.body, Chunk)
                for part in one.body.parts
                for at in part.measured_at
            }
