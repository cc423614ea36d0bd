from dataclasses import replace
from pathlib import Path

import pytest

from ingest.contract.ranges import EMPTY
from ingest.intake import Refusal
from ingest.meter import Meter, reason_class
from ingest.pipeline import Pipeline
from tests.builders import a_registry
from tests.ingest.arrivals import a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline


def counted(meter: Meter, name: str, **labels: str) -> float | None:
    return meter.counts.get_sample_value(f"zonewatch_ingest_{name}_total", labels)


def ways(meter: Meter) -> dict[str, float | None]:
    names = ("stored", "quarantined", "redelivered", "thinned", "replayed")
    return {name: counted(meter, "records", way=name) for name in names}


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        pytest.param(a_chunk(a_part()), {"stored": 3}, id="stored"),
        pytest.param(
            a_chunk(a_part([60.0, "x"])), {"stored": 1, "quarantined": 1}, id="quarantined"
        ),
        pytest.param(
            a_chunk(a_part(first=3), thinned=[[1, 2]]), {"stored": 3, "thinned": 2}, id="thinned"
        ),
    ],
)
def test_every_way_a_record_goes_is_counted(
    tmp_path: Path, chunk: object, expected: dict[str, float]
) -> None:
    meter = Meter()
    with a_pipeline(tmp_path, a_registry()) as bare:
        pipeline: Pipeline = replace(bare, meter=meter)
        list(pipeline.commit([a_message(chunk)]))
        once = ways(meter)
        list(pipeline.commit([a_message(chunk)]))

    nothing = dict.fromkeys(ways(meter), 0.0)
    records = expected.get("stored", 0) + expected.get("quarantined", 0)
    assert once == nothing | expected
    assert ways(meter) == nothing | expected | {"redelivered": records}
    assert counted(meter, "messages") == counted(meter, "groups") == 2


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("unknown gateway kh-gw-9", "unknown_gateway"),
        ("unknown device x", "unknown_device"),
        ("device x belongs to another gateway, kh-gw-2", "anothers_device"),
        ("device x: not a metric of a streetlight: pm25", "unknown_metric"),
        ("impossible time: measured 1970-01-01T00:00:00Z, before 2000", "impossible_time"),
        ("payload: expected JSON", "unreadable"),
        ("load_power: expected a finite number", "malformed"),
    ],
)
def test_reasons_are_of_a_few_classes(reason: str, expected: str) -> None:
    refusal = Refusal(message=0, gateway=None, boot=None, numbers=EMPTY, reason=reason)

    assert reason_class(refusal) == expected
