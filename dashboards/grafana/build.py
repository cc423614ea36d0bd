"""A dashboard from its data: panels in their sections, variables, and ways to the others."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, VariableRefresh

from dashboards.grafana.blocks import Board, Choice
from dashboards.grafana.panels import Place, note, panel
from dashboards.wording.wording import Wording

_TAG: Final = "zonewatch"


def built(board: Board, place: Place) -> build.Dashboard:
    """Return a dashboard as the SDK builds it."""
    say = place.say
    made = build.Dashboard(say(f"grafana.dashboard.{board.name}"))
    made.uid(board.uid).tags([_TAG]).readonly()
    made.timezone(place.timezone).time(board.since, "now").refresh(board.refresh)
    for choice in board.choices:
        made.with_variable(_variable(choice, say))
    made.link(_to_others(say)).link(_to_board(say, place))
    made.with_panel(note(say(f"grafana.about.{board.name}"), height=3))
    for section in board.sections:
        row = build.Row(say(section.title))
        made.with_row(row.repeat(section.each) if section.each else row)
        for block in section.blocks:
            made.with_panel(panel(block, place))
    return made


def _variable(choice: Choice, say: Wording) -> build.QueryVariable:
    made = build.QueryVariable(choice.name).label(say(f"grafana.variable.{choice.name}"))
    made.datasource(choice.question.source).query(choice.question.sql)
    made.multi(multi=choice.several).include_all(include_all=choice.several)
    return made.refresh(VariableRefresh.ON_DASHBOARD_LOAD)


def _to_others(say: Wording) -> build.DashboardLink:
    made = build.DashboardLink(say("grafana.others")).type(DashboardLinkType.DASHBOARDS)
    made.tags([_TAG]).as_dropdown(as_dropdown=True).include_vars(include_vars=True)
    return made.keep_time(keep_time=True)


def _to_board(say: Wording, place: Place) -> build.DashboardLink:
    made = build.DashboardLink(say("grafana.on_board")).type(DashboardLinkType.LINK)
    return made.url(f"{place.board}/board/").icon("external link")
