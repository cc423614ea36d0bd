"""What a document can be about, and which results it may put together."""

from collections.abc import Iterable
from typing import Final, TypeVar

from analytics.report import Scope
from analytics.result import Avoided, ZoneResult
from ingest.registry.model import Provenance

PROGRAMME: Final = Scope(kind="programme", id="programme")
_ORDER: Final = (Provenance.REAL, Provenance.SIMULATED, Provenance.RECORDED)


_Result = TypeVar("_Result", ZoneResult, Avoided)


def of_one_provenance(results: Iterable[_Result]) -> list[_Result]:
    """Return the results with equipment of the first provenance that has devices: real first.

    What was handed over and has no device yet is real.
    """
    there = list(results)
    heard = {result.provenance for result in there if result.devices}
    chosen = next((each for each in _ORDER if each in heard), Provenance.REAL)
    return [each for each in there if each.provenance is chosen and each.equipment.count]


def scopes_of(results: Iterable[ZoneResult]) -> list[tuple[Scope, list[ZoneResult]]]:
    """Return zones and countries that have something to tell, and the programme in any case."""
    there = list(results)
    countries = sorted({each.zone.country for each in there})
    told = [
        *((Scope(kind="zone", id=each.zone.id), [each]) for each in there),
        *(
            (Scope(kind="country", id=name), [each for each in there if each.zone.country == name])
            for name in countries
        ),
        (PROGRAMME, there),
    ]
    chosen = ((scope, of_one_provenance(own)) for scope, own in told)
    return [(scope, own) for scope, own in chosen if own or scope == PROGRAMME]
