"""Blocks as panels of the SDK's, in one language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from grafana_foundation_sdk.builders import (
    barchart,
    geomap,
    stat,
    statetimeline,
    statushistory,
    table,
    text,
    timeseries,
)
from grafana_foundation_sdk.builders import common as build_common
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.text import TextMode

from dashboards.grafana.blocks import WHOLE_WIDTH, Block, Form
from dashboards.grafana.columns import COLUMNS, Column, Kind, Step
from dashboards.grafana.sources import SqlQuestion, Target
from dashboards.grafana.words import heading, texts
from dashboards.palette import AIR, MARK_OF, MARKS
from dashboards.wording.wording import SOURCE, Wording

Panel = (
    barchart.Panel
    | geomap.Panel
    | stat.Panel
    | statetimeline.Panel
    | statushistory.Panel
    | table.Panel
    | timeseries.Panel
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where dashboards stand: in whose language and time, and beside which board."""

    language: str = SOURCE
    timezone: str = "utc"  # or an IANA name, or browser
    board: str = "http://127.0.0.1:8080"  # an address, without a path

    @property
    def say(self) -> Wording:
        """The texts of the language."""
        return Wording(self.language)


def panel(block: Block, place: Place) -> Panel:
    """Return a block as a panel."""
    say = place.say
    made = _FORMS[block.form](block, place)
    made.title(": ".join(say(key) for key in block.title))
    made.description(say(block.about) if block.about else "")
    made.no_value(say("none.meaning"))
    made.span(block.width).height(block.height).datasource(block.question.source)
    if block.unit:
        made.unit(block.unit)
    if block.span:
        made.time_from(block.span)
    if block.steps:
        made.thresholds(_steps(block.steps)).color_scheme(_by_steps())
    return made.with_target(Target(block.question))


def note(markdown: str, *, height: int) -> text.Panel:
    """Return a panel that says something across the whole width."""
    said = text.Panel().mode(TextMode.MARKDOWN).content(markdown)
    return said.span(WHOLE_WIDTH).height(height).transparent(transparent=True)


def _quoted(_: Block, place: Place) -> stat.Panel:
    """Show a text as it is: a number would be rounded and grouped again."""
    made = _stat().reduce_options(_last().fields("/^quoted$/"))
    return made.mappings([mapping(texts("grafana.provenance", place.say))])


def _number(_: Block, _place: Place) -> stat.Panel:
    return _stat().reduce_options(_last())


def _stat() -> stat.Panel:
    made = stat.Panel().graph_mode(common.BigValueGraphMode.NONE)
    return made.text_mode(common.BigValueTextMode.VALUE)


def _last() -> build_common.ReduceDataOptions:
    return build_common.ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)


def _table(block: Block, place: Place) -> table.Panel:
    made = table.Panel().cell_height(common.TableCellHeight.SM)
    for name in _columns(block):
        made.override_by_name(name, list(_shown(name, COLUMNS[name], place)))
    return made


def _bars(block: Block, place: Place) -> barchart.Panel:
    label, *numbers = _columns(block)
    made = barchart.Panel().x_field(label).show_value(common.VisibilityMode.AUTO)
    for name in numbers:
        made.override_by_name(name, list(_shown(name, COLUMNS[name], place)))
    return made


def _curves(_: Block, _place: Place) -> timeseries.Panel:
    """Draw what was measured; where nothing was, there is a gap."""
    legend = build_common.VizLegendOptions().show_legend(show_legend=True)
    legend.display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM)
    made = timeseries.Panel().line_width(1).span_nulls(span_nulls=False)
    made.tooltip(build_common.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI))
    return made.legend(legend)


def _strip(block: Block, place: Place) -> statetimeline.Panel:
    words = texts(block.words, place.say)
    numbered = {str(number): (word, said) for number, (word, said) in enumerate(words.items())}
    made = statetimeline.Panel().show_value(common.VisibilityMode.NEVER).row_height(0.8)
    return made.mappings(
        [
            ValueMap(
                options={
                    number: ValueMappingResult(
                        text=said, color=MARKS[MARK_OF.get(word, "plain")], index=int(number)
                    )
                    for number, (word, said) in numbered.items()
                }
            )
        ]
    )


def _calendar(_: Block, _place: Place) -> statushistory.Panel:
    return statushistory.Panel().show_value(common.VisibilityMode.AUTO).row_height(0.9)


def _map(block: Block, place: Place) -> geomap.Panel:
    """Draw places over the outlines that Grafana brings along, so nothing is asked of others."""
    ground = build_common.MapLayerOptions().type("geojson").name("countries")
    ground.config({"src": "public/maps/countries.geojson", "rules": [], "style": {"opacity": 0.3}})
    places = build_common.MapLayerOptions().type("markers").name("places")
    places.location(
        build_common.FrameGeometrySource()
        .mode(common.FrameGeometrySourceMode.COORDS)
        .latitude("latitude")
        .longitude("longitude")
    )
    places.config(
        {
            "showLegend": True,
            "style": {
                "color": {"field": "state", "fixed": MARKS["plain"]},
                "size": {"fixed": 8, "min": 4, "max": 16},
                "opacity": 0.8,
            },
        }
    )
    made = geomap.Panel().layers([ground, places])
    made.view(geomap.MapViewConfig().id("fit").layer("places"))
    for name in _columns(block):
        made.override_by_name(name, list(_shown(name, COLUMNS[name], place)))
    return made


def _columns(block: Block) -> tuple[str, ...]:
    return block.question.columns if isinstance(block.question, SqlQuestion) else ()


def _shown(name: str, column: Column, place: Place) -> Iterable[DynamicConfigValue]:
    """Yield what is set for a column of a table."""
    say = place.say
    yield _set("displayName", heading(name, say))
    if column.hidden:
        yield _set("custom.hidden", value=True)
    if column.unit:
        yield _set("unit", column.unit)
    if column.kind is Kind.DAY:
        yield _set("unit", "time:YYYY-MM-DD")
    if column.words:
        yield _set("mappings", [mapping(texts(column.words, say))])
    if column.words or column.steps:
        yield _set("custom.cellOptions", {"type": "color-text"})
    if column.steps:
        yield _set("thresholds", {"mode": "absolute", "steps": list(_json_steps(column.steps))})
        yield _set("color", {"mode": "thresholds"})
    if column.link:
        yield _set(
            "links", [{"title": say("grafana.on_board"), "url": f"{place.board}{column.link}"}]
        )


def mapping(words: Mapping[str, str]) -> ValueMap:
    """Let words stand for values, each in the color of its mark."""
    return ValueMap(
        options={
            word: ValueMappingResult(text=said, color=_color(word), index=index)
            for index, (word, said) in enumerate(words.items())
        }
    )


def _color(word: str) -> str | None:
    mark = MARK_OF.get(word)
    return None if mark is None else MARKS[mark]


def _steps(steps: Iterable[Step]) -> build.ThresholdsConfig:
    made = build.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE)
    return made.steps([Threshold(value=each.at, color=_step_color(each)) for each in steps])


def _json_steps(steps: Iterable[Step]) -> Iterable[dict[str, object]]:
    for each in steps:
        yield {"value": each.at, "color": _step_color(each)}


def _step_color(step: Step) -> str:
    family, _, name = step.mark.rpartition(".")
    return AIR[name] if family == "air" else MARKS[name]


def _by_steps() -> build.FieldColor:
    return build.FieldColor().mode(FieldColorModeId.THRESHOLDS)


def _set(name: str, value: Any) -> DynamicConfigValue:  # noqa: ANN401 - Grafana takes any JSON
    return DynamicConfigValue(id_val=name, value=value)


_FORMS: Final[Mapping[Form, Callable[[Block, Place], Panel]]] = {
    Form.QUOTED: _quoted,
    Form.NUMBER: _number,
    Form.TABLE: _table,
    Form.CURVES: _curves,
    Form.BARS: _bars,
    Form.STRIP: _strip,
    Form.CALENDAR: _calendar,
    Form.MAP: _map,
}
