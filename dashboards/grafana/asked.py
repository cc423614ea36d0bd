"""Questions that several dashboards put: variables, lots, equipment in trouble, months."""

# ruff: noqa: S608

from typing import Final

from dashboards.grafana.blocks import Block, Choice, Form, table
from dashboards.grafana.sources import SqlQuestion

IN_ZONES: Final = "zone IN (${zone:sqlstring})"
LAST_30_DAYS: Final = "day > (SELECT max(day) FROM shown_day) - 30"
_WORST_FIRST: Final = (
    "CASE state WHEN 'down' THEN 0 WHEN 'partly' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END"
)
_MOST_ROWS: Final = 500

ZONES: Final = Choice(
    name="zone",
    question=SqlQuestion(
        sql="SELECT name AS __text, zone AS __value FROM shown_zone ORDER BY 1",
        columns=("__text", "__value"),
    ),
)


def devices(
    of_classes: tuple[str, ...] = (), *, name: str = "device", several: bool = True
) -> Choice:
    """Return the choice among the devices of the zones that are chosen."""
    only = ", ".join(f"'{each}'" for each in of_classes)
    where = f" AND device_class IN ({only})" if only else ""
    return Choice(
        name=name,
        question=SqlQuestion(
            sql=(
                "SELECT label AS __text, device AS __value FROM shown_device"
                f" WHERE {IN_ZONES}{where} ORDER BY 2"
            ),
            columns=("__text", "__value"),
        ),
        several=several,
    )


LOTS: Final = table(
    "grafana.panel.lots",
    "SELECT zone, lot, batch_name, device_class, quantity, signed, shipped, accepted, handed_over,"
    " installed, registered, online, proven, proven_percent, proven_on, supplier, warranty_until,"
    f" warranty_days_left FROM shown_lot WHERE {IN_ZONES}"
    " ORDER BY proven_percent NULLS LAST, lot",
    (
        *("zone", "lot", "batch_name", "device_class", "quantity", "signed", "shipped", "accepted"),
        *("handed_over", "installed", "registered", "online", "proven", "proven_percent"),
        *("proven_on", "supplier", "warranty_until", "warranty_days_left"),
    ),
    about="grafana.about.lots",
    height=10,
)

IN_TROUBLE: Final = table(
    "grafana.panel.trouble",
    "SELECT label, device, device_class, zone, site, gateway, state, up_percent, last_day, lot,"
    f" supplier, warranty_until FROM shown_device WHERE {IN_ZONES} AND state <> 'up'"
    f" ORDER BY {_WORST_FIRST}, last_day, device LIMIT {_MOST_ROWS}",
    (
        *("label", "device", "device_class", "zone", "site", "gateway", "state", "up_percent"),
        *("last_day", "lot", "supplier", "warranty_until"),
    ),
    about="grafana.about.trouble",
    height=10,
)

ALARMS: Final = table(
    "grafana.panel.alarms",
    "SELECT alarm, priority, rule, subject, devices, zone, device_class, raised_local,"
    f" acknowledged_by, assignee FROM shown_alarm WHERE {IN_ZONES} AND condition = 'active'"
    " AND suppressed IS NULL AND NOT shelved AND NOT out_of_service"
    " ORDER BY CASE priority WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END, raised_at"
    f" LIMIT {_MOST_ROWS}",
    (
        *("alarm", "priority", "rule", "subject", "devices", "zone", "device_class"),
        *("raised_local", "acknowledged_by", "assignee"),
    ),
    about="grafana.about.alarms",
)

REPAIRS: Final = table(
    "grafana.panel.repairs",
    "SELECT ticket, alarm, priority, rule, subject, devices, zone, assignee, opened_at, hours,"
    f" cause, parts, closed_at, helped FROM shown_repair WHERE {IN_ZONES}"
    f" ORDER BY closed_at DESC NULLS FIRST, opened_at LIMIT {_MOST_ROWS}",
    (
        *("ticket", "alarm", "priority", "rule", "subject", "devices", "zone", "assignee"),
        *("opened_at", "hours", "cause", "parts", "closed_at", "helped"),
    ),
    about="grafana.about.repairs",
)

FAILING: Final = table(
    "grafana.panel.failing",
    "WITH spent AS (SELECT device, count(*) AS days, sum(known_down_s) AS down,"
    " sum(unknown_s) AS unknown, sum(base_s) AS base FROM shown_day"
    f" WHERE {LAST_30_DAYS} GROUP BY 1)"
    " SELECT device_class, profile, supplier, count(*) AS devices,"
    " sum(days)::bigint AS device_days, round(100.0 * sum(down) / sum(base), 1) AS down_percent,"
    " round(100.0 * sum(unknown) / sum(base), 1) AS unknown_percent"
    f" FROM shown_equipment JOIN spent USING (device) WHERE {IN_ZONES}"
    " GROUP BY 1, 2, 3 ORDER BY down_percent DESC, 1, 2, 3",
    (
        *("device_class", "profile", "supplier", "devices", "device_days"),
        *("down_percent", "unknown_percent"),
    ),
    about="grafana.about.failing",
)


def bars(title: str, sql: str, *, unit: str = "", width: int = 12) -> Block:
    """Return a block with a bar a month."""
    return Block(
        title=(title,),
        form=Form.BARS,
        question=SqlQuestion(sql=sql, columns=("month", "value_number")),
        unit=unit,
        width=width,
    )
