"""Names of things that are counted, and what a name may look like."""

import re
from typing import Final, NewType

ZoneId = NewType("ZoneId", str)
SiteId = NewType("SiteId", str)
GatewayId = NewType("GatewayId", str)
DeviceId = NewType("DeviceId", str)
BootId = NewType("BootId", str)

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def is_name(text: object) -> bool:
    """Tell whether a text can name a thing: it stands in topics, so no slash and no wildcard."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None
