"""ChirpStack's topics."""

import pytest

from ingest.chirpstack.topic import UPLINKS, eui_of, uplink_filter
from ingest.contract.fields import MalformedError

APPLICATION = "17c82e96-be03-4f38-aef3-f83d48582d97"


def test_a_topic_names_the_device() -> None:
    topic = f"application/{APPLICATION}/device/A84041FFFF1234AB/event/up"

    assert eui_of(topic) == "a84041ffff1234ab"


@pytest.mark.parametrize(
    "topic",
    [
        f"application/{APPLICATION}/device/a84041ffff1234ab/event/join",
        f"application/{APPLICATION}/device/a84041ffff1234ab/event/up/more",
        f"application/{APPLICATION}/device//event/up",
        f"application/{APPLICATION}/gateway/a84041ffff1234ab/event/up",
        "application/",
    ],
)
def test_another_topic_names_none(topic: str) -> None:
    with pytest.raises(MalformedError):
        eui_of(topic)


@pytest.mark.parametrize("text", [UPLINKS, f"application/{APPLICATION}/device/+/event/up"])
def test_uplinks_of_all_or_of_one_application_are_chosen(text: str) -> None:
    assert uplink_filter(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "#",
        "yes",
        "application/#",
        "application/+/device/+/event/+",
        "application/a+/device/+/event/up",
    ],
)
def test_another_filter_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="topic filter: expected application/"):
        uplink_filter(text)
