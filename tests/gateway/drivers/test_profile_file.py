import shutil
from pathlib import Path

import pytest

from gateway.fields import ConfigError
from gateway.profile import Segment
from gateway.profile_file import PROFILES, UnknownProfileError, load_profile, load_profiles, named
from ingest.contract.catalog import metric

PROFILE = """
id = "lamp"
protocol = "modbus"
device_classes = ["streetlight"]
source = "a manual, table 3"
accuracy = "1 %"
word_order = "low_first"

[[segment]]
function = 4
first = 10
last = 12

[[point]]
metric = "lamp_on"
unit = "1"
address = 10
type = "uint16"

[[point]]
metric = "load_power"
unit = "W"
address = 11
type = "uint32"
decimals = 2
sentinel = 0xFFFFFFFF
zero_unless = "lamp_on"

[[point]]
metric = "fault_word"
unit = "1"
address = 12
type = "uint16"
lowest_bit = 0
highest_bit = 3

[faults]
2 = "lamp broken"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "lamp.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_profile_holds_what_the_file_says(tmp_path: Path) -> None:
    profile = load_profile(write(tmp_path, PROFILE))

    assert profile.layout == (Segment(function=4, first=10, last=12),)
    assert profile.metrics == ("lamp_on", "load_power", "fault_word")
    assert profile.points[1].sentinel == 0xFFFF_FFFF
    assert profile.points[1].zero_unless == "lamp_on"
    assert profile.points[2].bits == (0, 3)
    assert profile.faults == {2: "lamp broken"}


def test_every_shipped_profile_measures_metrics_of_its_device_classes() -> None:
    profiles = load_profiles()

    assert set(profiles) >= {"srne_streetlight", "sunspec_three_phase", "air_station_template"}
    for profile in profiles.values():
        for device_class in profile.device_classes:
            assert all(metric(device_class, name) is not None for name in profile.metrics)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        pytest.param('"lamp"', '"lantern"', "id", id="another name than the file's"),
        pytest.param('"modbus"', '"smoke"', "protocol", id="an unknown protocol"),
        pytest.param('["streetlight"]', '["tree"]', "device_classes", id="an unknown class"),
        pytest.param('["streetlight"]', "[]", "device_classes", id="no class"),
        pytest.param('["streetlight"]', "[[1]]", "device_classes", id="a class that is no text"),
        pytest.param('source = "a manual, table 3"', "", "source", id="no source"),
        pytest.param('"low_first"', '"mixed"', "word_order", id="an unknown word order"),
        pytest.param("function = 4", "function = 6", "segment[0].function", id="writing"),
        pytest.param("function = 4", "function = 0x78", "segment[0].function", id="a reset"),
        pytest.param("function = 4", "function = 1", "segment[0].function", id="coils"),
        pytest.param("last = 12", "last = 135", "segment[0].last", id="too many registers"),
        pytest.param("last = 12", "last = 9", "segment[0].last", id="the end before the start"),
        pytest.param('"load_power"', '"lode_power"', "point[1].metric", id="an unknown metric"),
        pytest.param('"load_power"', '"lamp_on"', "point[1].unit", id="another metric's unit"),
        pytest.param('unit = "W"', 'unit = "kW"', "point[1].unit", id="not the catalog's unit"),
        pytest.param("address = 11", "address = 12", "point[1].address", id="crossing the end"),
        pytest.param("address = 10", "address = 9", "point[0].address", id="outside"),
        pytest.param('"uint32"', '"uint24"', "point[1].type", id="an unknown type"),
        pytest.param("decimals = 2", "decimals = 0.1", "point[1].decimals", id="half a decimal"),
        pytest.param("decimals = 2", "scale_factor = 10", "point[1].", id="an unknown key"),
        pytest.param('"lamp_on"\nunit', '"brightness"\nunit', "point[0].unit", id="% is not 1"),
        pytest.param('= "lamp_on"\n\n', '= "fault_word"\n\n', "point[1].zero_unless", id="later"),
        pytest.param("lowest_bit = 0", "", "point[2].highest_bit", id="half a span of bits"),
        pytest.param("lowest_bit = 0", "lowest_bit = 4", "point[2].highest_bit", id="backwards"),
        pytest.param("highest_bit = 3", "highest_bit = 16", "point[2].highest_bit", id="no bit 16"),
        pytest.param('2 = "lamp', '32 = "lamp', "faults.32", id="no such fault bit"),
        pytest.param("[faults]", "[fault]", "fault", id="a misspelled table"),
        pytest.param('metric = "fault_word"', 'metric = "charge_state"', "faults", id="no word"),
        pytest.param("[[segment]]", "[segment]", "segment", id="no list of segments"),
        pytest.param("[[segment]]", "[[segment", None, id="no TOML"),
    ],
)
def test_a_mistake_is_told_by_file_and_field(
    tmp_path: Path, old: str, new: str, key: str | None
) -> None:
    assert old in PROFILE
    path = write(tmp_path, PROFILE.replace(old, new, 1))

    with pytest.raises(ConfigError) as raised:
        load_profile(path)

    assert raised.value.path == path
    if key is None:
        assert raised.value.key is None
    else:
        assert (raised.value.key or "").startswith(key)


def test_a_metric_stands_in_one_place_only(tmp_path: Path) -> None:
    twice = PROFILE.replace("[faults]", '[[point]]\nmetric = "lamp_on"\nunit = "1"\n[faults]')

    with pytest.raises(ConfigError, match=r"point\[3\]\.metric: expected each metric once"):
        load_profile(write(tmp_path, twice))


def test_segments_do_not_overlap(tmp_path: Path) -> None:
    second = "[[segment]]\nfunction = 4\nfirst = 12\nlast = 13\n\n[faults]"

    with pytest.raises(ConfigError, match="segment: expected segments that do not overlap"):
        load_profile(write(tmp_path, PROFILE.replace("[faults]", second)))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("offset = 2\n", "offset = 52\n", "point[0].offset"),
        ("offset = 24\n", "offset = 51\n", "point[9].offset"),
        ("scale_factor = 6\n", "scale_factor = 52\n", "point[0].scale_factor"),
        ("model = 103", "model = 0xFFFF", "sunspec.model"),
        ("length = 50", "length = 124", "sunspec.length"),
        ("function = 3", "function = 16", "sunspec.function"),
    ],
)
def test_points_of_a_sunspec_profile_stay_inside_the_model(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path = tmp_path / "sunspec_three_phase.toml"
    shutil.copy(PROFILES / path.name, path)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ConfigError) as raised:
        load_profile(path)

    assert raised.value.key == key


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ghost\.toml"):
        load_profile(tmp_path / "ghost.toml")


def test_an_unknown_profile_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UnknownProfileError, match="air_station_template, deye_hybrid"):
        named(load_profiles(), "sonre_streetlight")
