from pathlib import Path

import pytest

from gateway.drivers.hj212.codes import meaning
from gateway.drivers.hj212.station_map import MAPS, load_map, load_maps, usual_map
from gateway.drivers.hj212.units import convert, factor
from gateway.fields import ConfigError
from ingest.contract.catalog import metric

AIR = load_maps()["hj212_air_station"]


def test_every_map_that_ships_makes_the_catalogs_units() -> None:
    for each in load_maps().values():
        for point in each.points.values():
            for device_class in each.device_classes:
                known = metric(device_class, point.metric)
                assert known is not None
                assert factor(point.unit, known.unit) == point.by


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "expected"),
    [
        (0.021, "mg/m3", "ug/m3", 21.0),
        (12_000, "ng/m3", "ug/m3", 12.0),
        (101.02, "kPa", "hPa", 1010.2),
        (101_020, "Pa", "hPa", 1010.2),
        (427, "ug/m3", "mg/m3", 0.427),
        (2.5, "m3/s", "m3/h", 9000.0),
        (7.0, "Cel", "Cel", 7.0),
    ],
)
def test_a_unit_becomes_another(value: float, unit: str, wanted: str, expected: float) -> None:
    by = factor(unit, wanted)

    assert by is not None
    assert convert(value, by) == pytest.approx(expected, rel=1e-12)


def test_units_that_have_nothing_to_do_with_each_other_do_not() -> None:
    assert factor("ppm", "ug/m3") is None


@pytest.mark.parametrize(
    ("code", "system", "expected"),
    [
        ("a34004", "22", "a34004"),
        ("03", "31", "a21002"),
        ("S01", "31", "a19001"),
        ("B02", "31", "a00000"),
        ("011", "32", "w01018"),
        ("PM10", "22", "a34002"),
        ("34004", "22", "a34004"),
        ("01018", "32", "w01018"),
        ("01001", "21", "w01001"),
        ("01001", "22", "a01001"),
    ],
)
def test_old_bare_and_borrowed_codes_are_known(code: str, system: str, expected: str) -> None:
    known = meaning(code, system)

    assert known is not None
    assert known.code == expected


@pytest.mark.parametrize("code", ["a211", "ele01", "cpm", "99999", ""])
def test_a_makers_code_is_not_guessed_at(code: str) -> None:
    assert meaning(code, "22") is None


@pytest.mark.parametrize(
    ("command", "plain", "expected"),
    [
        ("2011", "2011", "pm25"),
        ("2051", "2011", "pm25_1min"),
        ("2061", "2011", "pm25_1h"),
        ("2031", "2011", None),
        ("2051", "2051", "pm25"),
        ("2011", "2051", "pm25"),
    ],
)
def test_means_are_metrics_of_their_own(command: str, plain: str, expected: str | None) -> None:
    point = AIR.point("a34004", "22")

    assert point is not None
    assert AIR.metric_of(point, command, plain=plain) == expected


def test_a_station_may_send_a_code_in_a_unit_of_its_own() -> None:
    point = AIR.with_units({"a34004": "mg/m3"}).point("a34004", "22")

    assert point is not None
    assert (point.unit, point.by) == ("mg/m3", (1_000, 1))
    for wrong in ({"a34004": "ppm"}, {"a99999": "ug/m3"}):
        with pytest.raises(KeyError):
            AIR.with_units(wrong)


def test_systems_have_their_usual_maps() -> None:
    usual = {
        system: found.id for system in ("22", "23", "31", "37") if (found := usual_map(system))
    }

    assert usual == {
        "22": "hj212_air_station",
        "23": "hj212_noise_meter",
        "31": "hj212_flue_gas",
        "37": "hj212_vibration_meter",
    }
    assert usual_map("32") is None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "hj212_air_station"', 'id = "other"', "id"),
        ('protocol = "hj212"', 'protocol = "modbus"', "protocol"),
        ('systems = ["22", "39"]', 'systems = ["xx"]', "systems"),
        ('metric = "pm25"', 'metric = "odometer"', "point[0].metric"),
        ('unit = "ug/m3"', 'unit = "ppm"', "point[0].unit"),
        ('code = "a34002"', 'code = "a34004"', "point.code"),
        ('code = "a34004"', 'code = "a34004"\ncolor = "red"', "point[0].color"),
    ],
)
def test_a_map_that_is_wrong_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path = tmp_path / "hj212_air_station.toml"
    text = (MAPS / path.name).read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        load_map(path)

    assert raised.value.key == key
