"""An aid batch's October is signed, revised and re-run as a zone's is."""

import json
from pathlib import Path

import pytest

from ingest.contract.metric import DeviceClass
from tests.api.closing.commands import differences, run
from tests.api.closing.october import october, the_lamp, the_pv_set
from tests.ingest.registry.builders import a_lot, an_aid_batch

PERIOD = ("--aid-batch", "lao-1", "--period", "2026-10")


@pytest.fixture
def signed_batch(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with october(home) as zone:
        batches = (an_aid_batch(id=name) for name in ("lao-1", "lao-2"))
        lamps = a_lot(id="lot-1", aid_batch="lao-1", quantity=1)
        sets = a_lot(id="lot-2", aid_batch="lao-2", device_class=DeviceClass.SCHOOL_PV)
        zone.register(*batches, lamps, sets, the_lamp(lot="lot-1"), the_pv_set(lot="lot-2"))
    for word, name in (("close", "pa"), ("check", "chan"), ("approve", "sok")):
        status, out, err = run(home, word, *PERIOD, "--by", name)
        assert status == 0, out + err
    return home


def test_it_re_runs_to_its_digits_from_store_archive_and_bundle(
    signed_batch: Path, tmp_path: Path
) -> None:
    report = json.loads(run(signed_batch, "report", *PERIOD)[1])
    bundle = tmp_path / "batch.zip"
    assert run(signed_batch, "bundle", *PERIOD, "-o", str(bundle))[0] == 0

    assert report["status"] == "approved"
    assert [row["lot"] for row in report["delivery"]] == ["lot-1"]
    assert {figure["device_class"] for figure in report["figures"]} == {"all", "streetlight"}
    assert differences(signed_batch, *PERIOD) == []
    assert differences(signed_batch, *PERIOD, "--from-archive") == []
    assert differences(None, str(bundle)) == []


def test_it_rests_on_the_days_of_its_own_devices(signed_batch: Path) -> None:
    status, out, _ = run(signed_batch, "report", *PERIOD)
    assert status == 0
    figure = json.loads(out)["figures"][0]

    assert figure["lineage"] == "/v1/lineage/aid-batch:lao-1~2026-10~emissions_avoided~all"
    assert figure["coverage"]["handed_over"] == 1


def test_a_batch_nobody_knows_is_refused_in_one_line(signed_batch: Path) -> None:
    status, _, err = told_of_unknown(signed_batch)

    assert status == 2
    assert err.count("\n") == 1
    assert "aid-batch:nowhere" in err


def told_of_unknown(home: Path) -> tuple[int, str, str]:
    return run(home, "close", "--aid-batch", "nowhere", "--period", "2026-10", "--by", "pa")
