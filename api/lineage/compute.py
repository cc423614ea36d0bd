"""The device-days behind a figure, each credited or with the reason why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.avoided import Judged, Line
from analytics.result import Avoided


class LineageError(ValueError):
    """A text that is no lineage as a report names it."""

    def __init__(self, text: str) -> None:
        super().__init__(f"lineage {text!r}: expected SCOPE~PERIOD~FIGURE~DEVICE_CLASS")
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a figure is called: its scope, period, id and device class, or all of them."""

    scope: str
    period: str
    figure: str
    device_class: str

    @classmethod
    def parse(cls, text: str) -> "Lineage":
        """Read a lineage, or raise LineageError."""
        try:
            scope, period, figure, device_class = text.split("~")
        except ValueError:
            raise LineageError(text) from None
        return cls(scope=scope, period=period, figure=figure, device_class=device_class)


def contributions(results: Iterable[Avoided], device_class: str) -> list[Judged]:
    """Return the device-days that figures of a class, or of all, were made of."""
    found = [
        one
        for result in results
        for figure in result.emissions
        if device_class in ("all", figure.device_class)
        for one in figure.verdict
    ]
    return sorted(found, key=lambda one: (one.device, one.day))


def lines(results: Iterable[Avoided], device_class: str) -> list[Line]:
    """Return the products that figures of a class, or of all, add up."""
    return [
        line
        for result in results
        for figure in result.emissions
        if device_class in ("all", figure.device_class)
        for line in figure.lines
    ]
