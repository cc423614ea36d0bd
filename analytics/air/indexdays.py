"""A station's indices by day, under every scheme there is an edition of, as documents show them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from analytics.air.days import AirDay
from analytics.air.editions import editions
from analytics.air.figures import INDEX_SCHEME, index_days
from analytics.air.shown import Shown, category
from ingest.contract.identity import DeviceId


def station_index_days(
    station: DeviceId, days: Sequence[date], facts: Iterable[AirDay], *, released: bool
) -> Iterator[Shown]:
    """Yield a row for each day and scheme with an index; only the first scheme has categories."""
    own = [fact for fact in facts if fact.device == station]
    for scheme in dict.fromkeys((INDEX_SCHEME, *(scheme for scheme, _ in editions()))):
        for each in index_days(station, days, own, scheme):
            value = each.index.index
            if value is not None:
                yield {
                    "station": station,
                    "day": each.day.isoformat(),
                    "scheme": scheme,
                    "version": each.version,
                    "index": value,
                    "category": category(value) if scheme == INDEX_SCHEME else None,
                    "leading": ", ".join(each.index.leading) or None,
                    "released": released,
                }
