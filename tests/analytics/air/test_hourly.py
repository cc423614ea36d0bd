"""The fast series against the exact engine, hour by hour."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.air.editions import edition, edition_on
from analytics.air.hourly import NO_INDEX, Series, hourly_index
from analytics.air.index import sub_index
from analytics.air.nowcast import nowcast

hours = st.lists(
    st.one_of(
        st.none(),
        st.integers(min_value=-5_000_000, max_value=600_000_000),
        st.sampled_from([0, 9_000_000, 9_050_000, 35_400_000, 35_450_000, 12_500_000, 51_500_000]),
    ),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(hours, st.sampled_from([("us_epa", "2024"), ("vn_aqi", "2019")]))
def test_every_hour_is_what_the_exact_engine_says(
    values: list[int | None], scheme: tuple[str, str]
) -> None:
    asked = edition(*scheme)
    series = Series(pollutant="pm25", unit="ug/m3", reference_c=None, hours=values)

    told = hourly_index(asked, "24h", series).tolist()

    for place in range(len(values)):
        newest_first = [
            None if each is None else Fraction(each, 1_000_000)
            for each in values[max(0, place - 11) : place + 1][::-1]
        ]
        exact = sub_index(asked, "pm25", "24h", nowcast("pm25", newest_first).value)
        assert told[place] == (NO_INDEX if exact is None else exact)


def test_the_example_of_airnow_has_its_index() -> None:
    """From US EPA's page on NowCast, oldest first; a missing hour among them."""
    given_hours = [34.9, 43, 50, 64.9, 69.2, 66.2, 53.7, 48.6, 49.2, 35, None, 21]
    values = [None if each is None else round(each * 1_000_000) for each in given_hours]
    series = Series(pollutant="pm25", unit="ug/m3", reference_c=None, hours=values)

    now = hourly_index(edition_on("us_epa", date(2026, 10, 1)), "24h", series)
    then = hourly_index(edition_on("us_epa", date(2020, 10, 1)), "24h", series)

    assert (now[-1], then[-1]) == (87, 85)


@pytest.mark.parametrize("reference_c", [25, 0])
def test_ozone_by_mass_is_looked_up_in_parts(reference_c: int) -> None:
    """100 µg/m³ are 50.96 ppb at 25 °C and 46.7 ppb at 0 °C: 0.050 and 0.046 ppm."""
    series = Series(
        pollutant="o3", unit="ug/m3", reference_c=Fraction(reference_c), hours=[100_000_000] * 8
    )

    told = hourly_index(edition("us_epa", "2024"), "8h", series)

    assert told[-1] == {25: 46, 0: 43}[reference_c]
