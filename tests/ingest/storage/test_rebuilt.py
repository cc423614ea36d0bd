"""Every kind of store can be made whole from the archive, and moved to another kind that way."""

from dataclasses import replace
from pathlib import Path

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.rebuilding import rebuild
from tests.builders import a_registry
from tests.ingest.arrivals import EVENING_MS, NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline
from tests.ingest.storage.conftest import NewStore


def test_an_empty_store_is_made_whole_with_values_and_flags(
    tmp_path: Path, new_store: NewStore
) -> None:
    """A correction, a doubted value, one taken back, and a record that came twice."""
    watts = a_part([60.0, 61.0, 5_000.0], quality={"load_power": [[1, 3]]})
    corrected = a_part([58.5, None], first=4, measured_at=[EVENING_MS, EVENING_MS + 300_000])
    corrected["quality"] = {"load_power": [[1, 9]]}
    span, lamp = Period(0, micros(NOW)), [DeviceId("kh-lamp-1")]
    with a_pipeline(tmp_path, a_registry(), store=new_store()) as pipeline:
        for chunk in (a_chunk(watts), a_chunk(corrected), a_chunk(watts)):
            list(pipeline.commit([a_message(chunk)]))
        again = replace(pipeline, store=new_store())

        assert rebuild(again).lost == {}

        was = pipeline.store.read(DeviceClass.STREETLIGHT, lamp, span)
        now = again.store.read(DeviceClass.STREETLIGHT, lamp, span)
        assert now.measured_at.tolist() == was.measured_at.tolist()
        assert str(now.values["load_power"].tolist()) == "[58.5, nan, 5000.0]"
        assert now.flags["load_power"].tolist() == was.flags["load_power"].tolist() == [1, 9, 4]
