"""Intervals propagated, and sample sizes: one function a kind of row."""

from decimal import Decimal

from analytics import uncertainty
from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, by_kind, decimal, integer, numbers, rows
from analytics.uncertainty import Uncertain


def calculator() -> Calculator:
    """Return the calculator of uncertainties; no row depends on another."""
    return by_kind(
        {
            "product": _product,
            "sum": _sum,
            "mean_of_independent": _mean,
            "fleet_correlated_factor": _fleet,
            "sample_size_proportion": _sample,
        }
    )


def _product(given: Row) -> Result:
    return _u95(uncertainty.of_product(numbers(given, "u95_percent")))


def _sum(given: Row) -> Result:
    terms = [
        Uncertain(decimal(term, "value"), decimal(term, "u95_percent"))
        for term in rows(given, "terms")
    ]
    return _u95(uncertainty.of_sum(terms))


def _mean(given: Row) -> Result:
    return _u95(uncertainty.of_mean(integer(given, "n"), decimal(given, "u95_percent_each")))


def _fleet(given: Row) -> Result:
    return _u95(
        uncertainty.of_fleet(
            integer(given, "n"),
            meter=decimal(given, "meter_u95_percent"),
            factor=decimal(given, "factor_u95_percent"),
        )
    )


def _sample(given: Row) -> Result:
    size = uncertainty.sample_size(
        integer(given, "population"),
        share=decimal(given, "p"),
        relative_precision=decimal(given, "relative_precision"),
        z=decimal(given, "z"),
    )
    return {"n_raw": size.raw, "n": size.pieces}


def _u95(percent: Decimal) -> Result:
    return {"u95_percent": percent}
