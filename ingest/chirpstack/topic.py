"""The topics below which ChirpStack publishes, and whose device a message is of.

ChirpStack v4, MQTT integration: application/APPLICATION/device/DEVEUI/event/EVENT.
"""

from typing import Final

from ingest.contract.fields import MalformedError

BRANCH: Final = "application"
UPLINKS: Final = f"{BRANCH}/+/device/+/event/up"
"""The filter of all uplinks."""

_LEVELS: Final = 6


def is_of_chirpstack(topic: str) -> bool:
    """Tell whether a topic lies below ChirpStack's branch."""
    return topic.startswith(f"{BRANCH}/")


def eui_of(topic: str) -> str:
    """Return the device that an uplink's topic names, or raise MalformedError."""
    levels = topic.split("/")
    if not _is_uplinks(levels):
        raise MalformedError("topic", "application/APPLICATION/device/DEVEUI/event/up")
    return levels[3].lower()


def uplink_filter(text: str) -> str:
    """Return a filter of uplinks, such as those of one application, or raise MalformedError."""
    levels = text.split("/")
    sound = all(level == "+" or not {"+", "#"} & set(level) for level in levels)
    if not (sound and text.isprintable() and _is_uplinks(levels)):
        raise MalformedError("topic filter", UPLINKS)
    return text


def _is_uplinks(levels: list[str]) -> bool:
    return (
        len(levels) == _LEVELS
        and all(levels)
        and [levels[0], levels[2], *levels[4:]] == [BRANCH, "device", "event", "up"]
    )
