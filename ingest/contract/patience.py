"""How long to wait before something that failed is tried again."""

from typing import Final

_DOUBLINGS: Final = 30


def pause_s(failures: int, *, first_s: float, longest_s: float, jitter: float) -> float:
    """Return a wait that doubles with each failure in a row, up to the longest. [s]

    Jitter, 0 to 1, takes up to half of it away, so that many who failed together do not come back
    together.
    """
    doubled = first_s * 2.0 ** min(failures, _DOUBLINGS)
    return float(min(doubled, longest_s) * (0.5 + jitter / 2.0))
