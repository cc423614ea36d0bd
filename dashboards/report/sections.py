"""The sections of a report: of what rows, in what columns, in the order they are read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboards.report import showing
from dashboards.report.showing import Document, as_it_is
from dashboards.report.tables import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A section: its rows from the document, and its columns; none: all fields that there are."""

    rows: Callable[[Document], Iterable[Row]]
    columns: Sequence[str] | None


SECTIONS: Final[Mapping[str, Shown]] = {  # in the order they are read
    "claims": Shown(
        rows=showing.claims,
        columns=(
            *("claim", "zone", "year", "claimed_value", "claimed_unit", "claimed_in_period"),
            *("computed", "unit", "progress_percent"),
        ),
    ),
    "claim_sources": Shown(
        rows=showing.claim_sources,
        columns=("claim", "zone", "about", "source", "gas", "if_carbon", "differs"),
    ),
    "figures": Shown(
        rows=as_it_is("figures"),
        columns=(
            *("id", "device_class", "value", "unit", "lower", "upper"),
            *("energy_measured", "energy_credited", "coverage_percent", "status"),
        ),
    ),
    "availability": Shown(
        rows=as_it_is("availability"),
        columns=(
            *("device_class", "pieces", "proven_percent", "low_percent", "point_percent"),
            *("high_percent", "data_percent", "technical_percent", "contractual_percent"),
        ),
    ),
    "air": Shown(
        rows=showing.air,
        columns=(
            *("station", "pollutant", "averaging", "mean", "highest", "highest_on"),
            *("unit", "valid_days", "days", "limit", "days_above", "released"),
        ),
    ),
    "air_index": Shown(
        rows=showing.air_index,
        columns=(
            *("zone", "station", "scheme", "days", "highest", "highest_on", "dominant"),
            "days_by_category",
        ),
    ),
    "delivery": Shown(
        rows=as_it_is("delivery"),
        columns=(
            *("lot", "zone", "device_class", "quantity", "handed_over", "registered", "online"),
            *("proven", "on"),
        ),
    ),
    "by_lot": Shown(
        rows=showing.by_lot,
        columns=(
            *("lot", "device_class", "quantity", "value", "unit", "energy_credited"),
            *("proven_percent", "low_percent", "high_percent", "data_percent"),
        ),
    ),
    "delivery_dates": Shown(
        rows=as_it_is("delivery"),
        columns=(
            *("lot", "aid_batch", "supplier", "signed", "shipped", "accepted", "handed_over"),
            *("installed", "warranty_until"),
        ),
    ),
    "repairs": Shown(
        rows=showing.repairs,
        columns=(
            *("number", "painted_number", "device", "devices", "lot", "fault", "opened", "closed"),
            *("cause", "parts", "helped"),
        ),
    ),
    "sensitivity": Shown(
        rows=showing.sensitivity, columns=("factor", "value", "unit", "factors", "source")
    ),
    "memo": Shown(
        rows=showing.memo,
        columns=(
            "memo",
            "value",
            "lower",
            "upper",
            "unit",
            "note",
            "constant",
            "source",
            "to_verify",
        ),
    ),
    "methods": Shown(
        rows=showing.methods, columns=("method_id", "method_version", "device_class", "to_verify")
    ),
    "factors": Shown(
        rows=showing.factors,
        columns=(
            "country",
            "role",
            "value",
            "unit",
            "gas",
            "source",
            "version",
            "year",
            "to_verify",
        ),
    ),
    "basis": Shown(
        rows=as_it_is("figures"),
        columns=(
            *("id", "device_class", "coverage_handed_over", "coverage_metered"),
            *("coverage_sampled", "coverage_unmonitored", "method_id", "interval_covers"),
        ),
    ),
    "reasons": Shown(rows=showing.reasons, columns=("kind", "why", "device_class")),
    "air_limits": Shown(
        rows=showing.air_limits,
        columns=(
            *("pollutant", "jurisdiction", "value", "unit", "allowance", "days_above", "source"),
            "to_verify",
        ),
    ),
    "revisions": Shown(
        rows=showing.revisions,
        columns=("revision", "state", "made_at", "why", "differences", "signed_by", "digest"),
    ),
}

ON_ONE_PAGE: Final[Mapping[str, Shown]] = {  # a manager's, where there is any
    "claims": SECTIONS["claims"],
    "emissions": Shown(
        rows=showing.emissions,
        columns=(
            *("device_class", "value", "unit", "lower", "upper", "energy_credited"),
            *("coverage_percent", "status"),
        ),
    ),
    "availability": SECTIONS["availability"],
    "lots": Shown(
        rows=as_it_is("delivery"),
        columns=(
            *("lot", "supplier", "device_class", "quantity", "handed_over", "online", "proven"),
            "warranty_until",
        ),
    ),
    "repairs": SECTIONS["repairs"],
}
