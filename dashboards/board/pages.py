"""Pages: a view model in, a whole HTML document out."""

import re
from collections.abc import Mapping
from datetime import UTC
from functools import cache, partial
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from dashboards.board import charts, strips
from dashboards.board import map as ground
from dashboards.board.alarms import AlarmStatisticsView, AlarmsView, AlarmView
from dashboards.board.condition import ConditionView
from dashboards.board.labels import label_of
from dashboards.board.lineage import DeviceDayView, LineageView, MessageView
from dashboards.board.lots import LotsView, LotView
from dashboards.board.periods import PeriodsView, PeriodView
from dashboards.board.repairs import RepairsView
from dashboards.board.strips import span
from dashboards.board.told import ToldView
from dashboards.board.views import (
    AccountView,
    ArithmeticView,
    CommissionView,
    DeviceView,
    ImportView,
    LogInView,
    MissingView,
    Person,
    ProgrammeView,
    ReportView,
    View,
    ZoneView,
)
from dashboards.board.visit import CURRENT
from dashboards.palette import css
from dashboards.report import viewing
from dashboards.report.language import Language
from dashboards.report.tables import unit
from dashboards.wording.wording import Wording
from ingest.contract.period import instant, rfc3339
from ingest.contract.ranges import Ranges

NAMES: Final = {"en": "English", "zh": "中文", "km": "ខ្មែរ", "lo": "ລາວ"}  # each in its own
_DIGITS: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
Shown = (
    View
    | ConditionView
    | ToldView
    | AlarmsView
    | AlarmView
    | RepairsView
    | AlarmStatisticsView
    | LotsView
    | LotView
    | PeriodsView
    | PeriodView
    | LineageView
    | DeviceDayView
    | MessageView
)

_TEMPLATES: Final[Mapping[type, str]] = {
    ProgrammeView: "programme.html",
    ZoneView: "zone.html",
    DeviceView: "device.html",
    AccountView: "account.html",
    ArithmeticView: "arithmetic.html",
    PeriodsView: "periods.html",
    PeriodView: "period.html",
    LineageView: "lineage.html",
    DeviceDayView: "lineage_day.html",
    MessageView: "lineage_message.html",
    MissingView: "missing.html",
    LogInView: "log_in.html",
    ConditionView: "condition.html",
    ImportView: "import.html",
    CommissionView: "commission.html",
    LotsView: "lots.html",
    LotView: "lot.html",
    ReportView: "report.html",
    ToldView: "told.html",
    AlarmsView: "alarms.html",
    AlarmView: "alarm.html",
    RepairsView: "repairs.html",
    AlarmStatisticsView: "alarm_statistics.html",
}


def page(view: Shown, *, person: Person | None = None, language: str | None = None) -> str:
    """Return a view as an HTML document, for a person who is logged in or for nobody.

    Its language is that of the visit, where none is named.
    """
    visit = CURRENT.get()
    language = language or visit.language
    speech = Language(language)
    template = _environment().get_template(_TEMPLATES[type(view)])
    return template.render(
        view=view,
        person=person,
        visit=visit,
        t=Wording(language),
        speech=speech,
        spoken=partial(_spoken, speech),
        language=language,
        languages=NAMES,
        chart=charts,
        ground=ground,
        strip=strips,
        report_of=viewing.view,
    )


@cache
def style() -> str:
    """Return the style sheet of every page: the palette, then the layout."""
    layout = files("dashboards.board").joinpath("static", "board.css").read_text("utf-8")
    return css() + layout


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dashboards.board"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "local": _local,
        "rfc3339": _rfc3339,
        "hours": _hours,
        "place": _place,
        "label": label_of,
        "ranges": _ranges,
        "sign": unit,
    }
    return environment


def _local(microseconds: int, timezone: str | None = None) -> str:
    zone = ZoneInfo(timezone) if timezone else UTC
    return f"{instant(microseconds).astimezone(zone):%Y-%m-%d %H:%M}"


def _spoken(speech: Language, value: object) -> str:
    """Write a number as readers of the page's language do; what is none stays as it is."""
    text = str(value)
    return speech.number(text) if _DIGITS.fullmatch(text) else text


def _rfc3339(microseconds: int) -> str:
    return rfc3339(instant(microseconds))


def _hours(seconds: int) -> str:
    return f"{seconds // 3_600}:{seconds % 3_600 // 60:02d}"


def _ranges(numbers: Ranges) -> str:
    return ", ".join(span(*pair) for pair in numbers.pairs)


def _place(coordinate: float) -> str:
    return f"{coordinate:.1f}"
