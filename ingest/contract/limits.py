"""How large a message may be: what both sides hold to, and check before they inflate or parse."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one message. Beyond 262,144 B a broker's own limit turns resending into a loop."""

    wire_bytes: int = 65_536
    inflated_bytes: int = 1_048_576
    rows: int = 20_000  # over all devices of a chunk
    columns: int = 4_000  # over all devices of a chunk


LIMITS = Limits()


class TooLargeError(ValueError):
    """A message beyond a limit, told before the memory for it is spent."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"more than {limit} {what}")
        self.what = what
        self.limit = limit
