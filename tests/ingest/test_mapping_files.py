"""Mapping files: what is shipped, and what an installation adds."""

from pathlib import Path

import pytest

from ingest.contract.mapping import FieldMapping, MappedField, TimeFormat
from ingest.mapping_files import SHIPPED, MappingError, load_mapping, load_mappings

METER = """
id = "meter"
source = "the manual"
[time]
field = "params.ts"
format = "unix_s"
[[value]]
field = "params.watts"
metric = "load_power"
[[value]]
field = "params.wh"
metric = "energy_used"
scale = 0.001
offset = 1.5
"""


def a_file(folder: Path, text: str = METER, name: str = "meter.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_shipped_mapping_is_sound_and_says_where_it_is_from() -> None:
    shipped = load_mappings()

    assert set(shipped) == {path.stem for path in SHIPPED.glob("*.toml")}
    assert shipped["plain"].metrics_in == ("values",)


def test_a_file_is_read_field_by_field(tmp_path: Path) -> None:
    assert load_mapping(a_file(tmp_path)) == FieldMapping(
        id="meter",
        time=("params", "ts"),
        time_format=TimeFormat.UNIX_S,
        values=(
            MappedField(path=("params", "watts"), metric="load_power"),
            MappedField(path=("params", "wh"), metric="energy_used", scale=0.001, offset=1.5),
        ),
    )


def test_an_installation_adds_its_own(tmp_path: Path) -> None:
    a_file(tmp_path)

    assert set(load_mappings(tmp_path)) - set(load_mappings()) == {"meter"}
    assert load_mappings(tmp_path / "not there") == load_mappings()


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    a_file(tmp_path, METER.replace('"meter"', '"plain"'), "plain.toml")

    with pytest.raises(MappingError, match=r"plain\.toml: there is a mapping plain already"):
        load_mappings(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        pytest.param('id = "meter"', "", "id: expected", id="no id"),
        pytest.param('"meter"', '"other"', "id: expected the file's name, meter", id="other id"),
        pytest.param('source = "the manual"', "", "source: expected a text", id="no source"),
        pytest.param("[time]", "[when]", "when: expected one of id, ", id="misspelled table"),
        pytest.param("unix_s", "unix", "time.format: expected one of rfc3339, ", id="format"),
        pytest.param("params.ts", "params..ts", "time.field: expected keys", id="no key"),
        pytest.param("scale = 0.001", "scale = 0", "value[1].scale: expected a number", id="zero"),
        pytest.param("offset = 1.5", "off = 1.5", "value[1].off: expected one of", id="key"),
        pytest.param('"load_power"', '"watts"', "value[0].metric: expected a metric", id="metric"),
        pytest.param('"params.watts"', "7", "value[0].field: expected a text", id="field"),
        pytest.param("[[value]]", "[[value", "expected a readable TOML file", id="no TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    path = a_file(tmp_path, METER.replace(before, after, 1))

    with pytest.raises(MappingError) as refusal:
        load_mapping(path)

    assert str(refusal.value).startswith(f"{path}: {says}")


def test_a_mapping_of_nothing_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, METER.partition("[[value]]")[0])

    with pytest.raises(MappingError, match=r"value: expected at least one \[\[value\]\]"):
        load_mapping(path)
