"""Pages of the board in a real Chromium: looked at, measured, and held to axe-core's rules."""

import html
import json
import re
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi.testclient import TestClient

from tests.dashboards.board.conftest import CLOSED, ZONE
from tests.servers import chromium, node_modules

PAGES = (
    "/board/",
    "/board/lots",
    "/board/lots/demo-kh-lamps",
    f"/board/zones/{ZONE}",
    f"/board/zones/{ZONE}/condition",
    "/board/devices/kh-lamp-001?day=2026-11-01",
    "/board/devices/kh-pv-01/arithmetic?day=2026-11-01",
    f"/board/reports/zone:{ZONE}/{CLOSED}",
    "/board/alarms",
    "/board/alarms/1",
    "/board/alarms/statistics",
    "/board/repairs",
    "/board/ledger",
    "/board/periods",
    "/board/imports",
    "/board/commission",
    "/board/log-in",
)
WIDTHS = (360, 1280)
SCHEMES = {"dark": "0", "light": "1"}  # as Chromium's settings count them
_BUDGET_MS = 120_000  # of the page's own time, which stands still while it waits for the server

Json = Any

_RUN = """
(async () => {
  const told = [];
  for (const {page, width, language} of ASKED) {
    const frame = document.createElement("iframe");
    frame.style = `width:${width}px;height:900px;border:0`;
    frame.src = page + (page.includes("?") ? "&" : "?") + "lang=" + language;
    const loaded = new Promise(done => { frame.onload = done; });
    document.body.append(frame);
    await loaded;
    const inside = frame.contentDocument;
    for (const each of inside.querySelectorAll("details")) each.open = true;
    const wide = inside.documentElement.scrollWidth;
    let found = [];
    if (AXE) {
      const script = inside.createElement("script");
      const ready = new Promise(done => { script.onload = done; });
      script.src = "/axe.js";
      inside.head.append(script);
      await ready;
      const result = await frame.contentWindow.axe.run(inside, {resultTypes: ["violations"]});
      found = result.violations.map(one => ({
        rule: one.id, impact: one.impact, where: one.nodes.slice(0, 3).map(node => node.html),
      }));
    }
    told.push({page, width, language, wide, found});
    frame.remove();
  }
  const result = document.createElement("pre");
  result.id = "result";
  result.textContent = JSON.stringify(told);
  document.body.append(result);
})();
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a page is looked at."""

    page: str
    width: int
    language: str

    def shown(self) -> dict[str, object]:
        return {"page": self.page, "width": self.width, "language": self.language}


def judged(board: TestClient, looks: Sequence[Look], scheme: str, *, axe: bool) -> list[Json]:
    """Return, for each look, how wide the page is and what axe-core finds."""
    with _served(board, looks, axe=axe) as address:
        told = _run(
            scheme, "--dump-dom", f"--virtual-time-budget={_BUDGET_MS}", f"{address}/harness"
        )
    found = re.search(r'<pre id="result">(.*?)</pre>', told, re.DOTALL)
    assert found is not None, told[-2_000:]
    return list(json.loads(html.unescape(found[1])))


def photographed(
    board: TestClient, look: Look, scheme: str, path: Path, *, height: int = 1_600
) -> None:
    """Take a picture of a page."""
    with _served(board, [look], axe=False) as address:
        joined = "&" if "?" in look.page else "?"
        _run(
            scheme,
            f"--screenshot={path}",
            f"--window-size={max(look.width, 500)},{height}",
            f"{address}/frame?width={look.width}&height={height}"
            f"&page={_quoted(look.page + joined + 'lang=' + look.language)}",
        )


def _quoted(text: str) -> str:
    return text.replace("&", "%26").replace("?", "%3F").replace("=", "%3D")


def _run(scheme: str, *arguments: str) -> str:
    program = chromium()
    assert program is not None, "Chromium is not installed"
    command = [
        program,
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
        *("--hide-scrollbars", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"),
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout


@contextmanager
def _served(board: TestClient, looks: Sequence[Look], *, axe: bool) -> Generator[str]:
    """Serve the board without the header that keeps scripts out, for axe-core is one."""
    folder = node_modules()
    script = (folder / "node_modules/axe-core/axe.min.js").read_bytes() if axe and folder else b""
    asked = json.dumps([each.shown() for each in looks])
    run = _RUN.replace("ASKED", asked).replace("AXE", json.dumps(axe))
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            match place.path:
                case "/axe.js":
                    self._say("text/javascript", script)
                case "/harness":
                    text = f"<!doctype html><meta charset=utf-8><body><script>{run}</script>"
                    self._say("text/html; charset=utf-8", text.encode())
                case "/frame":
                    query = {name: each[0] for name, each in parse_qs(place.query).items()}
                    style = f"border:0;width:{query['width']}px;height:{query['height']}px"
                    text = (
                        "<!doctype html><meta charset=utf-8><body style='margin:0'>"
                        f"<iframe src='{query['page']}' style='{style}'></iframe>"
                    )
                    self._say("text/html; charset=utf-8", text.encode())
                case _:
                    with lock:
                        answer = board.get(self.path)
                    self._say(answer.headers.get("content-type", ""), answer.content)

        def _say(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
