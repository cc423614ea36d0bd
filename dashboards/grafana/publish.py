"""Dashboards as files and on a server: the same JSON, with what Grafana is provisioned by."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from grafana_client import GrafanaApi
from grafana_client.client import GrafanaClientError
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from analytics.closing.difference import Difference, differences
from dashboards.grafana import air, ministry, operator, programme, technician
from dashboards.grafana.blocks import Board
from dashboards.grafana.build import built
from dashboards.grafana.panels import Place

FOLDER_UID: Final = "zonewatch"
FOLDER_TITLE: Final = "Zonewatch"
BOARDS: Final[tuple[Board, ...]] = (
    programme.BOARD,
    ministry.BOARD,
    technician.BOARD,
    operator.BOARD,
    air.BOARD,
)
_NOT_FOUND: Final = 404
_OF_INTERVALS: Final = ("auto", "auto_count", "auto_min")
_OF_THE_SERVER: Final = frozenset({"id", "version"})  # numbers that it gives itself

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a dashboard on a server differs from ours."""

    title: str
    document: Json
    found: bool
    changes: Sequence[Difference]

    @property
    def moves(self) -> bool:
        """Whether publishing it does anything."""
        return not self.found or bool(self.changes)


def documents(place: Place | None = None) -> Mapping[str, Json]:
    """Return every dashboard's JSON by the name of its file."""
    return {board.name: _document(board, place or Place()) for board in BOARDS}


def _document(board: Board, place: Place) -> Json:
    document: Json = json.loads(JSONEncoder().encode(built(board, place).build()))
    for variable in document["templating"]["list"]:
        for name in _OF_INTERVALS:
            del variable[name]  # the SDK writes them of every kind of variable
    return document


def export(folder: Path, place: Place | None = None) -> list[Path]:
    """Write dashboards and provisioning as compose.yaml mounts them; return the files."""
    told = {
        f"dashboards/{name}.json": json.dumps(
            document, indent=2, ensure_ascii=False, sort_keys=True
        )
        + "\n"
        for name, document in documents(place).items()
    }
    told |= {
        f"provisioning/{path}": text
        for path, text in _texts(files("dashboards.grafana").joinpath("provisioning"))
    }
    written = []
    for name, text in told.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def compared(url: str, token: str, place: Place | None = None) -> list[Standing]:
    """Return how each dashboard stands on a server, without changing anything there.

    Raises:
        grafana_client.client.GrafanaException: The server refused.
        OSError: It cannot be reached.
    """
    server = GrafanaApi.from_url(url, credential=token)
    return [_standing(server, document) for document in documents(place).values()]


def publish(url: str, token: str, place: Place | None = None) -> list[Standing]:
    """Put the dashboards that differ into our folder, and touch nothing else; say what differed.

    Raises:
        grafana_client.client.GrafanaException: The server refused.
        OSError: It cannot be reached.
    """
    server = GrafanaApi.from_url(url, credential=token)
    _have_folder(server)
    told = []
    for document in documents(place).values():
        standing = _standing(server, document)
        if standing.moves:
            server.dashboard.update_dashboard(
                {"dashboard": document, "folderUid": FOLDER_UID, "overwrite": True}
            )
        told.append(standing)
    return told


def _standing(server: GrafanaApi, document: Json) -> Standing:
    try:
        there = server.dashboard.get_dashboard(document["uid"])
    except GrafanaClientError as error:
        if error.status_code != _NOT_FOUND:
            raise
        return Standing(title=document["title"], document=document, found=False, changes=())
    changes = list(differences(_ours(there["dashboard"]), _ours(document)))
    moved = there.get("meta", {}).get("folderUid", FOLDER_UID)
    if moved != FOLDER_UID:
        changes.append(Difference(path="folderUid", before=moved, after=FOLDER_UID))
    return Standing(title=document["title"], document=document, found=True, changes=changes)


def _ours(document: Json) -> Json:
    return {name: value for name, value in document.items() if name not in _OF_THE_SERVER}


def _have_folder(server: GrafanaApi) -> None:
    try:
        server.folder.get_folder(FOLDER_UID)
    except GrafanaClientError as error:
        if error.status_code != _NOT_FOUND:
            raise
        server.folder.create_folder(FOLDER_TITLE, uid=FOLDER_UID)


def _texts(folder: Traversable, above: str = "") -> Iterator[tuple[str, str]]:
    for each in sorted(folder.iterdir(), key=lambda path: path.name):
        if each.is_dir():
            yield from _texts(each, f"{above}{each.name}/")
        else:
            yield f"{above}{each.name}", each.read_text(encoding="utf-8")
