"""Times as HJ 212 writes them: YYYYMMDDhhmmss, with milliseconds behind or not, of no zone."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_SECONDS: Final = 14
_MILLISECONDS: Final = 17
# No zone is stated anywhere; equipment leaves its factory on Beijing time [inferred].
FACTORY_OFFSET: Final = timedelta(hours=8)


@lru_cache(maxsize=1_024)  # a frame says its time up to three times, and loggers agree
def parse_time(text: str, offset: timedelta) -> datetime | None:
    """Return an instant of a clock that is ahead of UTC by an offset, None where it is none."""
    if len(text) not in (_SECONDS, _MILLISECONDS) or not (text.isascii() and text.isdigit()):
        return None
    try:
        told = datetime(
            int(text[:4]),
            int(text[4:6]),
            int(text[6:8]),
            int(text[8:10]),
            int(text[10:12]),
            int(text[12:14]),
            int(text[14:] or "0") * 1_000,
            tzinfo=UTC,
        )
        return told - offset
    except (ValueError, OverflowError):
        return None


def write_time(moment: datetime, offset: timedelta, *, milliseconds: bool = False) -> str:
    """Write an instant as such a clock shows it."""
    shown = moment.astimezone(UTC) + offset
    text = shown.strftime("%Y%m%d%H%M%S")
    return f"{text}{shown.microsecond // 1_000:03d}" if milliseconds else text
