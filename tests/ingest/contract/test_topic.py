"""Topics of wire version 1."""

import pytest

from ingest.contract.identity import GatewayId
from ingest.contract.topic import Kind, Topic, UnknownTopicError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("zw/1/kh-gw-1/up/birth", Kind.BIRTH),
        ("zw/1/kh-gw-1/up/chunk", Kind.CHUNK),
        ("zw/1/kh-gw-1/up/death", Kind.DEATH),
        ("zw/1/kh-gw-1/down/ack", Kind.ACK),
    ],
)
def test_a_topic_is_read_and_written_the_same(text: str, kind: Kind) -> None:
    topic = Topic.parse(text)

    assert topic == Topic(GatewayId("kh-gw-1"), kind)
    assert str(topic) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zw",
        "zw/1/kh-gw-1",
        "zw/1/kh-gw-1/up",
        "zw/1/kh-gw-1/up/chunk/",
        "zw/1/kh-gw-1/up/other",
        "zw/1/kh-gw-1/down/birth",
        "zw/2/kh-gw-1/up/chunk",
        "zw/01/kh-gw-1/up/chunk",
        "ZW/1/kh-gw-1/up/chunk",
        "/zw/1/kh-gw-1/up/chunk",
        "zw/1//up/chunk",
        "zw/1/+/up/chunk",
        "zw/1/#/up/chunk",
        "zw/1/KH-GW-1/up/chunk",
        "zw/1/kh gw/up/chunk",
        "zw/1/kh-gw-1\n/up/chunk",
        f"zw/1/{'x' * 64}/up/chunk",
    ],
)
def test_any_other_topic_is_unknown(text: str) -> None:
    with pytest.raises(UnknownTopicError) as refusal:
        Topic.parse(text)

    assert refusal.value.topic == text
