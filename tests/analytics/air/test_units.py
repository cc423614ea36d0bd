"""Gases between mass and parts, against the factors US EPA and the EU publish."""

from fractions import Fraction

import pytest

from analytics.air.units import Concentration, UnitError, in_unit, molar_volume


@pytest.mark.parametrize(
    ("reference_c", "litres"), [(25, 24.465), (20, 24.055), (0, 22.414)], ids=str
)
def test_a_mole_has_its_volume(reference_c: int, litres: float) -> None:
    assert float(molar_volume(Fraction(reference_c))) == pytest.approx(litres, abs=5e-4)


@pytest.mark.parametrize(
    ("gas", "at_25", "at_20", "at_0"),
    [
        ("o3", 1.962, 1.995, 2.141),
        ("no2", 1.880, 1.912, 2.052),
        ("so2", 2.619, 2.663, 2.858),
        ("no", 1.227, 1.247, 1.339),
    ],
)
def test_a_part_weighs_what_tables_say(gas: str, at_25: float, at_20: float, at_0: float) -> None:
    """Factors as printed in the EU's and US EPA's conversion tables, to three decimals."""
    one = Concentration(value=Fraction(1), unit="ppb")
    told = [float(in_unit(gas, one, "ug/m3", reference_c=Fraction(at)).value) for at in (25, 20, 0)]

    assert told == pytest.approx([at_25, at_20, at_0], abs=1e-3)


def test_steps_of_a_thousand_are_exact_and_keep_the_reference() -> None:
    given = Concentration(value=Fraction("4.2"), unit="mg/m3", reference_c=Fraction(25))

    told = in_unit("co", given, "ug/m3")

    assert told == Concentration(value=Fraction(4200), unit="ug/m3", reference_c=Fraction(25))


def test_another_reference_temperature_changes_the_mass() -> None:
    cold = Concentration(value=Fraction("2.141"), unit="ug/m3", reference_c=Fraction(0))

    told = in_unit("o3", cold, "ug/m3", reference_c=Fraction(25))

    assert float(told.value) == pytest.approx(1.962, abs=1e-3)
    assert told.reference_c == 25


@pytest.mark.parametrize(
    ("pollutant", "given", "wanted", "why"),
    [
        pytest.param("o3", "ug/m3", "ppb", "reference temperature", id="no reference"),
        pytest.param("pm25", "ug/m3", "ppb", "no gas", id="particles have no parts"),
        pytest.param("o3", "ug", "ppb", "expected ug/m3", id="no unit"),
    ],
)
def test_what_cannot_be_had_in_a_unit_is_refused(
    pollutant: str, given: str, wanted: str, why: str
) -> None:
    with pytest.raises(UnitError, match=why):
        in_unit(pollutant, Concentration(value=Fraction(1), unit=given), wanted)
