"""Light by the set point of a 60 W lamp: half an hour of it, and what it drew meanwhile."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest

from analytics.hours import COLUMNS
from analytics.lighting.setpoint import in_light
from ingest.contract.period import HOUR_US

_LIT_S = 1_800


def an_hour(metric: str, mean: float) -> Mapping[str, object]:
    """Return the hour of a metric that is above 0 half of the time."""
    lit_s = _LIT_S if mean else 0
    values: dict[str, object] = {"seconds": 3_600, "positive_s": lit_s, "integral": mean * lit_s}
    return values | {"device": "kh-lamp-1", "hour": 12 * HOUR_US, "metric": metric}


@pytest.mark.parametrize(
    ("watts", "brightness", "rated", "lit_s"),
    [
        pytest.param(60.0, 100.0, 60.0, _LIT_S, id="full"),
        pytest.param(18.0, 30.0, 60.0, _LIT_S, id="dimmed, as it was set"),
        pytest.param(2.0, 30.0, 60.0, _LIT_S, id="little, but more than a tenth of 18 W"),
        pytest.param(1.5, 30.0, 60.0, 0, id="standby"),
        pytest.param(5.0, 100.0, 60.0, 0, id="less than a tenth"),
        pytest.param(5.0, None, 60.0, 0, id="no set point is told: all of it is asked"),
        pytest.param(7.0, None, 60.0, _LIT_S, id="and a tenth is enough"),
        pytest.param(60.0, 0.0, 60.0, _LIT_S, id="lit although it was set to nothing"),
        pytest.param(1.5, None, None, _LIT_S, id="nobody knows its power"),
        pytest.param(0.0, 100.0, 60.0, 0, id="dark"),
    ],
)
def test_light_is_a_tenth_of_what_was_asked_and_more(
    watts: float, brightness: float | None, rated: float | None, lit_s: int
) -> None:
    rows = [an_hour("load_power", watts)]
    rows += [] if brightness is None else [an_hour("brightness", brightness)]
    hours = pd.DataFrame(rows).reindex(columns=list(COLUMNS)).assign(day=date(2026, 10, 1))
    power = hours[hours["metric"] == "load_power"]

    told = in_light(power, hours, [rated])

    assert told["positive_s"].tolist() == [lit_s]
