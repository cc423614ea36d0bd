"""A device's own words read by a mapping."""

import pytest

from ingest.contract.fields import MalformedError
from ingest.contract.mapping import FieldMapping, MappedField, Said, TimeFormat, read_said

EVENING_MS = 1_793_358_000_000  # 2026-10-30T11:00:00Z

METER = FieldMapping(
    id="meter",
    time=("params", "ts"),
    time_format=TimeFormat.UNIX_S,
    values=(
        MappedField(path=("params", "switch:0", "apower"), metric="load_power"),
        MappedField(
            path=("params", "switch:0", "aenergy", "total"), metric="energy_used", scale=0.001
        ),
        MappedField(
            path=("params", "temperature_f"),
            metric="controller_temperature",
            scale=5 / 9,
            offset=-160 / 9,
        ),
    ),
)


def a_meter_message(ts: object = 1_793_358_000.25, **switch: object) -> dict[str, object]:
    told: dict[str, object] = {"apower": 60.5, "aenergy": {"total": 1_234.5}}
    return {"params": {"ts": ts, "switch:0": told | switch, "temperature_f": 212}}


def test_fields_become_metrics_in_their_units() -> None:
    """1,234.5 Wh are 1.2345 kWh, 212 °F are 100 °C."""
    said = read_said(a_meter_message(), METER)

    assert said.measured_at == EVENING_MS + 250
    assert said.values["load_power"] == 60.5
    assert said.values["energy_used"] == pytest.approx(1.2345)
    assert said.values["controller_temperature"] == pytest.approx(100)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(a_meter_message(apower=None), id="null"),
        pytest.param({"params": {"ts": 1, "switch:0": {}, "temperature_f": 32}}, id="not there"),
        pytest.param({"params": {"ts": 1, "switch:0": 7, "temperature_f": 32}}, id="no object"),
    ],
)
def test_what_is_not_said_is_missing_and_not_zero(message: dict[str, object]) -> None:
    assert read_said(message, METER).values["load_power"] is None


@pytest.mark.parametrize(
    ("time_format", "time", "milliseconds"),
    [
        pytest.param(TimeFormat.UNIX_MS, EVENING_MS, EVENING_MS, id="milliseconds"),
        pytest.param(TimeFormat.UNIX_S, 1_793_358_000, EVENING_MS, id="seconds"),
        pytest.param(TimeFormat.UNIX_S, 1_793_358_000.123, EVENING_MS + 123, id="with a fraction"),
        pytest.param(TimeFormat.RFC3339, "2026-10-30T11:00:00Z", EVENING_MS, id="UTC"),
        pytest.param(TimeFormat.RFC3339, "2026-10-30T18:00:00+07:00", EVENING_MS, id="an offset"),
        pytest.param(TimeFormat.UNIX_MS, 2**52 - 1, 2**52 - 1, id="the last"),
    ],
)
def test_an_instant_is_read_in_its_format(
    time_format: TimeFormat, time: object, milliseconds: int
) -> None:
    mapping = FieldMapping(id="m", time=("t",), time_format=time_format, metrics_in=("v",))

    said = read_said({"t": time, "v": {"load_power": 60}}, mapping)

    assert said == Said(measured_at=milliseconds, values={"load_power": 60.0})


@pytest.mark.parametrize(
    ("time_format", "time"),
    [
        pytest.param(TimeFormat.UNIX_MS, None, id="none"),
        pytest.param(TimeFormat.UNIX_MS, True, id="true"),
        pytest.param(TimeFormat.UNIX_MS, 1.0, id="a fraction of milliseconds"),
        pytest.param(TimeFormat.UNIX_MS, -1, id="before 1970"),
        pytest.param(TimeFormat.UNIX_MS, 2**52, id="too late"),
        pytest.param(TimeFormat.UNIX_S, 2**52 / 1_000, id="too late in seconds"),
        pytest.param(TimeFormat.UNIX_S, "1793358000", id="a text"),
        pytest.param(TimeFormat.RFC3339, "2026-10-30T18:00:00", id="no offset"),
        pytest.param(TimeFormat.RFC3339, 1_793_358_000, id="a number"),
    ],
)
def test_what_is_no_instant_is_refused(time_format: TimeFormat, time: object) -> None:
    mapping = FieldMapping(id="m", time=("t", "at"), time_format=time_format, metrics_in=("v",))

    with pytest.raises(MalformedError) as refusal:
        read_said({"t": {"at": time}, "v": {"load_power": 60}}, mapping)

    assert refusal.value.field == "t.at"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        pytest.param(a_meter_message(apower="60"), "params.switch:0.apower", id="a text"),
        pytest.param(a_meter_message(apower=True), "params.switch:0.apower", id="true"),
        pytest.param(a_meter_message(apower=10**400), "params.switch:0.apower", id="huge"),
        pytest.param({"params": {"ts": 1}}, "values", id="nothing said"),
    ],
)
def test_what_is_no_value_is_refused(message: dict[str, object], field: str) -> None:
    with pytest.raises(MalformedError) as refusal:
        read_said(message, METER)

    assert refusal.value.field == field


def test_a_value_beyond_all_numbers_after_scaling_is_refused() -> None:
    field = MappedField(path=("v",), metric="load_power", scale=10.0)
    mapping = FieldMapping(id="m", time=("t",), time_format=TimeFormat.UNIX_MS, values=(field,))

    with pytest.raises(MalformedError, match="v: expected a finite number"):
        read_said({"t": 1, "v": 1e308}, mapping)


def test_of_two_fields_of_one_metric_the_one_that_is_there_counts() -> None:
    fields = tuple(MappedField(path=(name,), metric="load_power") for name in ("w", "watts"))
    mapping = FieldMapping(id="m", time=("t",), time_format=TimeFormat.UNIX_MS, values=fields)

    assert read_said({"t": 1, "w": 60}, mapping).values == {"load_power": 60.0}
    assert read_said({"t": 1, "watts": 61}, mapping).values == {"load_power": 61.0}
