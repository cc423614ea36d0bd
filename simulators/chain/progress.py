"""A bar on stderr that tells how far a chain has come."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from tqdm import tqdm

_FORM: Final = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f} of {total:.0f} h, {remaining} left"


@contextmanager
def progress(title: str, *, hours: float, hidden: bool) -> Generator[Callable[[float], None]]:
    """Show a bar of so many hours; yield what to tell the share to that is over."""
    with tqdm(total=hours, desc=title, bar_format=_FORM, file=sys.stderr, disable=hidden) as bar:

        def told(share: float) -> None:
            bar.update(share * hours - bar.n)

        yield told
