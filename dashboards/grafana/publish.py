"""Dashboards as files and on a server: the same JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from grafana_client import GrafanaApi
from grafana_client.client import GrafanaClientError
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards.grafana.programme import programme

FOLDER_UID: Final = "zonewatch"
FOLDER_TITLE: Final = "Zonewatch"
_NOT_FOUND: Final = 404
_BUILDERS: Final = {"programme": programme}

Json = dict[str, Any]


def documents() -> Mapping[str, Json]:
    """Return every dashboard's JSON by the name of its file."""
    return {
        name: json.loads(JSONEncoder().encode(builder().build()))
        for name, builder in _BUILDERS.items()
    }


def export(folder: Path) -> list[Path]:
    """Write every dashboard into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in documents().items():
        path = folder / f"{name}.json"
        text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)
        path.write_text(f"{text}\n", encoding="utf-8")
        written.append(path)
    return written


def publish(url: str, token: str) -> list[str]:
    """Put every dashboard into its folder on a server; return their titles.

    Raises:
        grafana_client.client.GrafanaException: The server refused.
        OSError: It cannot be reached.
    """
    server = GrafanaApi.from_url(url, credential=token)
    _have_folder(server)
    titles = []
    for document in documents().values():
        told = {"dashboard": document, "folderUid": FOLDER_UID, "overwrite": True}
        server.dashboard.update_dashboard(told)
        titles.append(str(document["title"]))
    return titles


def _have_folder(server: GrafanaApi) -> None:
    try:
        server.folder.get_folder(FOLDER_UID)
    except GrafanaClientError as error:
        if error.status_code != _NOT_FOUND:
            raise
        server.folder.create_folder(FOLDER_TITLE, uid=FOLDER_UID)
