import pytest

from dashboards.board.states import Broken, Condition, State, Trouble, broken, condition
from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality
from ingest.presence import Presence
from ingest.registry.model import Gateway, Provenance
from ingest.storage.block import Reading
from tests.api.builders import a_device, a_gateway

SECOND = 1_000_000
HEARD = 1_000_000 * SECOND
LAMP = a_device("lamp")  # every 300 s


def a_reading(
    metric: str = "active_power", value: float | None = 1.0, quality: Quality = Quality.GOOD
) -> Reading:
    return Reading(device=LAMP.id, metric=metric, measured_at=HEARD, value=value, quality=quality)


@pytest.mark.parametrize(
    ("readings", "after_s", "expected"),
    [
        pytest.param([], 0, State.NEVER, id="nothing ever"),
        pytest.param([a_reading()], 0, State.REACHABLE, id="just now"),
        pytest.param([a_reading()], 900, State.REACHABLE, id="three intervals ago"),
        pytest.param([a_reading()], 901, State.SILENT, id="longer ago"),
        pytest.param([a_reading()], -60, State.REACHABLE, id="a device's clock ahead"),
        pytest.param([a_reading(), a_reading("fault_word", 4)], 0, State.FAULT, id="fault"),
        pytest.param([a_reading("fault_word", 0)], 0, State.REACHABLE, id="fault word of zero"),
        pytest.param([a_reading("fault_word", 4)], 901, State.SILENT, id="fault of long ago"),
        pytest.param(
            [a_reading(), a_reading("reachable", 0)], 0, State.SILENT, id="does not answer"
        ),
        pytest.param([a_reading("reachable", 0)], 0, State.NEVER, id="never answered"),
        pytest.param(
            [a_reading(value=None, quality=Quality.MISSING)], 0, State.NEVER, id="only missing"
        ),
    ],
)
def test_a_devices_state_follows_from_its_last_readings(
    readings: list[Reading], after_s: int, expected: State
) -> None:
    assert condition(LAMP, readings, HEARD + after_s * SECOND).state is expected


def a_presence(*, alive: bool) -> Presence:
    return Presence(
        gateway=GATEWAY.id,
        boot=None,
        connection=None,
        software=None,
        held=(),
        born_at=1,
        died_at=None if alive else 2,
        heard_at=2,
    )


GATEWAY: Gateway = a_gateway("gw", "site", Provenance.REAL)
STATES = {
    "a": State.SILENT,
    "b": State.REACHABLE,
    "c": State.SILENT,
    "d": State.NEVER,
}


@pytest.mark.parametrize(
    ("alive", "expected"),
    [
        pytest.param(True, [], id="alive"),
        pytest.param(False, [Broken(trouble=Trouble.GATEWAY_DOWN, names=("gw",))], id="dead"),
    ],
)
def test_what_is_broken_is_counted_by_its_trouble(*, alive: bool, expected: list[Broken]) -> None:
    devices = [a_device(name) for name in STATES]
    conditions = {
        DeviceId(name): Condition(state=state, heard_at=None) for name, state in STATES.items()
    }

    found = broken(devices, conditions, [GATEWAY], {"gw": a_presence(alive=alive)})

    assert list(found) == [
        *expected,
        Broken(trouble=Trouble.SILENT, names=("a", "c")),
        Broken(trouble=Trouble.NEVER, names=("d",)),
    ]
