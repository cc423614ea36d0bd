"""What a home holds of what is played in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.registry.model import Provenance
from simulators.chain.home import ZONES, HomeTakenError, Memory, prepare, recall, remember

_MEMORY = Memory(
    of="a demo of seed 1",
    began=datetime(2026, 10, 31, 5, tzinfo=UTC),
    until=datetime(2026, 10, 31, 6, 0, 0, 123, tzinfo=UTC),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "home")


def test_a_new_home_remembers_nothing(home: Home) -> None:
    assert recall(home, "a demo of seed 1") is None


def test_a_home_remembers_how_far_it_has_come(home: Home) -> None:
    remember(home, _MEMORY)

    assert recall(home, "a demo of seed 1") == _MEMORY


def test_what_is_not_the_same_is_refused(home: Home) -> None:
    remember(home, _MEMORY)

    with pytest.raises(HomeTakenError, match="has a demo of seed 1, not a demo of seed 2"):
        recall(home, "a demo of seed 2")


def test_a_registry_is_entered_once(home: Home) -> None:
    first = prepare(home, ZONES / "recorded", provenance=Provenance.RECORDED)
    again = prepare(home, ZONES / "recorded", provenance=Provenance.RECORDED)

    assert first.change == again.change == 1
    assert [gateway.id for gateway in again.gateways()] == ["us-serf-east-gw1"]


def test_provenances_do_not_share_a_home(home: Home) -> None:
    prepare(home, ZONES / "registry", provenance=Provenance.SIMULATED)

    with pytest.raises(HomeTakenError, match="holds gateways that are not recorded"):
        prepare(home, ZONES / "recorded", provenance=Provenance.RECORDED)
