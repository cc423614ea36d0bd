import re
from collections.abc import Container, Iterable, Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from analytics.air.shown import CATEGORIES
from analytics.alarms.action import ActionKind
from analytics.alarms.alarm import CauseKind, Condition
from analytics.alarms.lifecycle import Suppression
from analytics.alarms.notice import NoticeKind
from analytics.alarms.repairlist import Duty
from analytics.alarms.statistics import benchmarks
from analytics.claims.claim import ClaimKind, Reason
from analytics.clocks import Witness
from analytics.closing.states import State as PeriodState
from analytics.deviceday import EnergySource
from analytics.factors.grid import Role
from analytics.faults.fault import Priority
from analytics.figures import Status
from analytics.memo import constants
from api.subscriptions.subscription import Occasion
from dashboards.board.cells import CellState
from dashboards.board.states import State, Trouble
from dashboards.board.views import CommissionTrouble, LogInTrouble
from dashboards.grafana.publish import BOARDS
from dashboards.grafana.sources import SqlQuestion
from dashboards.report.viewing import SECTIONS
from dashboards.wording.wording import UnknownLanguageError, UnknownTextError, Wording, languages
from ingest.contract.catalog import METRICS
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.registry.model import Basis, GridConnection, Provenance

LEDGER = ("assigned", "stored", "repeated", "quarantined", "thinned", "pending", "missing")
UNREAL = ("simulated", "recorded")
HEADLINE = ("avoided", "credited", "proven", "coverage", "interval")
COLUMNS = {  # fields of the document's sections, which a table takes as they come
    *("proven_percent", "low_percent", "point_percent", "high_percent", "data_percent"),
    *("technical_percent", "contractual_percent", "lot", "aid_batch", "zone", "quantity"),
    *("signed", "shipped", "accepted", "handed_over", "installed", "revision", "cause"),
    *("energy_estimated", "coverage_sampled", "lineage", "factors", "interval_covers"),
    *("name", "number", "device", "metric", "pieces"),
}
STATES = {"provisional", "open", "prepared", "closed", "approved", "revised", "verified"}
FIGURES = {
    *("emissions_avoided", "energy_served", "energy_generated"),
    *("distance_driven", "standard_coal_avoided"),
}
REPORTS = files("dashboards.report")
GRAFANA = Path(__file__).parents[2] / "dashboards" / "grafana"
OF_BOARDS = ("dashboard", "about")
ALL_METRICS = [metric for metrics in METRICS.values() for metric in metrics]
FAMILIES: Mapping[str, Iterable[str]] = {
    "class.": DeviceClass,
    "metric.": [metric.name for metric in ALL_METRICS],
    "unit.": [metric.unit for metric in ALL_METRICS],
    "state.": State,
    "period_state.": PeriodState,
    "trouble.": Trouble,
    "log_in.trouble.": LogInTrouble,
    "faults.": [
        f"{rule}.{part}"
        for rule in {key.split(".")[1] for key in Wording().keys if key.startswith("faults.")}
        for part in ("name", "check", "carry")
    ],
    "alarms.condition.": Condition,
    "alarms.priority.": Priority,
    "alarms.kind.": CauseKind,
    "alarms.suppressed.": Suppression,
    "alarm.deed.": ActionKind,
    "alarm.notice.": NoticeKind,
    "alarm_statistics.unit.": [each.id for each in benchmarks()],
    "repairs.duty.": Duty,
    "cell.": CellState,
    "air.": [*(name for _, name in CATEGORIES), "hazardous"],
    "availability.": ("pieces", "proven", "interval", "data", "technical", "contractual"),
    "lamp.": ("device", "panel", "cutoffs", "autonomy"),
    "repair.": ("device", "class", "kg", "light"),
    "noise.": ("device", "day", "whole", "by_day", "by_night"),
    "visit.": ("at", "site", "results", "instrument", "inspector"),
    "clock.": ("device", "witness", "days", "seen", "offset", "stated", *Witness),
    "commission.trouble.": CommissionTrouble,
    "status.": Status,
    "role.": Role,
    "grid.": GridConnection,
    "basis.": Basis,
    "source.": EnergySource,
    "arithmetic.": ("energy_mwh", "estimated_mwh", "imported_mwh", "distance_m", "lit_s"),
    "line.": (
        *("served", "replaced", "generated", "imported", "tier", "sampled"),
        *("fuel", "charged", "charged_estimated"),
    ),
    "claims.kind.": ClaimKind,
    "claims.reason.": Reason,
    "sensitivity.": ("headline", "vt0011"),
    "memo.": constants(),
    "quality.": [quality.name.lower() for quality in Quality],
    "ledger.": LEDGER,
    "report.column.": ("signed", "shipped", "accepted", "handed_over", "installed"),
    "provenance.": [
        *(f"{each}.total" for each in Provenance),
        *(f"{each}.{text}" for each in ("simulated", "recorded") for text in ("mark", "meaning")),
    ],
}


def used() -> tuple[set[str], set[str]]:
    """Return the keys that templates name whole, and the beginnings of those they put together."""
    templates = files("dashboards.board").joinpath("templates")
    text = "".join(each.read_text("utf-8") for each in templates.iterdir())
    found = re.findall(r"\bt\('([^']*)'\s*(~?)", text)
    return {key for key, joined in found if not joined}, {key for key, joined in found if joined}


def test_the_catalogue_has_every_text_that_is_used_and_no_other() -> None:
    whole, beginnings = used()
    together = {begin + end for begin in beginnings for end in FAMILIES[begin]}

    elsewhere = ("report.", "phrase.", "mail.", "faults.", "notices.", "grafana.")
    own = {key for key in Wording().keys if key.startswith(elsewhere)}
    assert Wording().keys - own == (whole | together) - own
    assert (whole | together) <= Wording().keys


def test_every_text_of_mails_is_used() -> None:
    code = files("api.subscriptions").joinpath("mail.py").read_text("utf-8")
    named = set(re.findall(r'"(mail\.[a-z_]+)"', code))
    occasions = {f"mail.{occasion}" for occasion in Occasion}

    assert {key for key in Wording().keys if key.startswith("mail.")} == named | occasions


def test_every_text_of_notices_is_used() -> None:
    places = (files("api.notices"), files("dashboards.board").joinpath("templates"))
    own = (each for place in places for each in place.iterdir() if "." in each.name)
    code = "".join(each.read_text("utf-8") for each in own)
    families = {"notices.mark.": NoticeKind, "notices.cause.": CauseKind, "notices.": Provenance}
    for key in (key for key in Wording().keys if key.startswith("notices.")):
        begin, _, end = key.rpartition(".")
        named = any(text in code for text in (key, f'"{end}"', f"'{end}'"))
        assert named or end in set(families.get(f"{begin}.", ())), key


def test_every_text_of_reports_is_used() -> None:
    code = "".join(each.read_text("utf-8") for each in REPORTS.iterdir() if each.is_file())
    named = set(re.findall(r'"(report\.[a-z_.]+)"', code))
    columns = set(re.findall(r'"([a-z_]+)"', code)) | COLUMNS
    families: dict[str, Container[str]] = {
        "report.section.": {*SECTIONS, "summary", "notes"},
        "report.scope.": {"zone", "country", "aid_batch", "programme"},
        "report.provenance.": set(Provenance),
        "report.state.": STATES,
        "report.figure.": FIGURES,
        "report.column.": columns,
    }
    for key in (key for key in Wording().keys if key.startswith("report.")):
        begin, _, end = key.rpartition(".")
        assert key in named or end in families.get(f"{begin}.", {"all"}), key


def test_every_text_of_dashboards_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in GRAFANA.glob("*.py"))
    boards = {f"grafana.{family}.{board.name}" for board in BOARDS for family in OF_BOARDS}
    asked = [question for board in BOARDS for question in board.questions]
    columns = {name for each in asked if isinstance(each, SqlQuestion) for name in each.columns}
    chosen = {f"grafana.variable.{each.name}" for board in BOARDS for each in board.choices}
    named = set(re.findall(r'"(grafana\.[a-z_.]+)"', code)) | boards | chosen
    named |= {f"grafana.column.{name}" for name in columns}
    families = ("grafana.provenance.", "grafana.class.", "grafana.figure.", "grafana.state.")

    own = {key for key in Wording().keys if key.startswith("grafana.")}
    assert {key for key in own if key not in named and not key.startswith(families)} == set()


def test_every_family_is_used() -> None:
    assert used()[1] == FAMILIES.keys()


def test_a_text_has_its_gaps_filled_in() -> None:
    assert Wording()("trouble.silent", count=3) == "Devices gone silent: 3"


def test_a_text_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownTextError, match=r"en\.toml has no text 'no\.such'"):
        Wording()("no.such")


@pytest.mark.parametrize("language", ["xx", "../secret", ""])
def test_a_language_without_a_catalogue_is_refused(language: str) -> None:
    with pytest.raises(UnknownLanguageError, match="expected one of en, km, lo, zh"):
        Wording(language)


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_has_every_text(language: str) -> None:
    assert Wording().keys - Wording(language).keys == set()


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_has_all_that_notices_say(language: str) -> None:
    told = {key for key in Wording().keys if key.startswith(("faults.", "notices."))}

    assert told - Wording(language).keys == set()


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_has_all_that_pages_of_alarms_show(language: str) -> None:
    families = ("alarms.", "alarm.", "repairs.", "alarm_statistics.", "class.", "missing.")
    frame = {"product", "page.skip", "page.path", "page.footer", "programme.title", "log_in.out"}
    shown = {key for key in Wording().keys if key.startswith(families)} | frame

    assert shown - Wording(language).keys == set()


@pytest.mark.parametrize("language", languages())
def test_a_catalogue_has_only_keys_of_the_source_and_their_gaps(language: str) -> None:
    source, other = Wording(), Wording(language)

    assert other.keys <= source.keys
    assert {key: gaps(other(key)) for key in other.keys} == {
        key: gaps(source(key)) for key in other.keys
    }


@pytest.mark.parametrize("language", [each for each in languages() if each != "en"])
def test_a_text_is_translated_and_not_copied(language: str) -> None:
    source, other = Wording(), Wording(language)
    copied = {key for key in other.keys if other(key) == source(key)}

    assert {key for key in copied if not key.startswith("unit.")} <= {
        "none.mark",
        "product",
    }


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
