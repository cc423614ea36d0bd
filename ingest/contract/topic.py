"""The topics of wire version 1, all under the own branch of who publishes."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from ingest.contract.identity import GatewayId, is_name

ROOT: Final = "zw"
MAJOR_VERSION: Final = 1


class Kind(StrEnum):
    """What a message is, by the end of its topic."""

    BIRTH = "up/birth"
    CHUNK = "up/chunk"
    DEATH = "up/death"
    READING = "up/reading"  # below the branch of a device that publishes by itself
    ACK = "down/ack"


class UnknownTopicError(ValueError):
    """A topic that wire version 1 does not know."""

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"unknown topic {topic!r}: expected zw/1/GATEWAY/up/birth|chunk|death|reading"
        )
        self.topic = topic


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a message goes: whose branch it is, a gateway's or a device's, and what it is."""

    gateway: GatewayId
    kind: Kind

    def __str__(self) -> str:
        return f"{ROOT}/{MAJOR_VERSION}/{self.gateway}/{self.kind}"

    @classmethod
    @lru_cache(maxsize=16_384)  # a worker's devices publish to the same ones again and again
    def parse(cls, text: str) -> "Topic":
        """Read a topic; another version, a bad name or another end is an error."""
        parts = text.split("/", 3)
        if len(parts) != 4 or parts[:2] != [ROOT, str(MAJOR_VERSION)] or not is_name(parts[2]):  # noqa: PLR2004
            raise UnknownTopicError(text)
        try:
            return cls(GatewayId(parts[2]), Kind(parts[3]))
        except ValueError:
            raise UnknownTopicError(text) from None
