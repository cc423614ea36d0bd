"""What the drill found, in the shape that scripts hold on to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultResult:
    """What became of the records taken during one fault, in records."""

    fault: str
    taken: int
    stored: int
    repeated: int
    quarantined: int
    thinned: int
    pending: int
    lost: int
    stored_twice: int
    not_taken: int
    seconds_to_recover: float

    def __str__(self) -> str:
        return (
            f"taken {self.taken}, stored {self.stored}, quarantined {self.quarantined},"
            f" thinned {self.thinned}, lost {self.lost}, stored twice {self.stored_twice},"
            f" recovered in {self.seconds_to_recover:.1f} s"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """All faults, and the comparison of everything at the end."""

    faults: Sequence[FaultResult]
    lost: int
    stored_twice: int
    problems: Sequence[str]  # what else is not as it should be, each one line
    left_out: Mapping[str, str]  # faults that this machine has not the parts for, and why

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, stored twice, or otherwise wrong."""
        return not (self.lost or self.stored_twice or self.problems)

    def document(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "faults": [asdict(fault) for fault in self.faults],
            "lost": self.lost,
            "stored_twice": self.stored_twice,
        }

    def table(self) -> str:
        """Return it for people."""
        names = list(FaultResult.__slots__)
        rows = [[name.replace("_", " ") for name in names]]
        rows += [[_text(getattr(fault, name)) for name in names] for fault in self.faults]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                [row[0].ljust(widths[0])]
                + [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
            )
            for row in rows
        ]
        verdict = f"lost {self.lost}, stored twice {self.stored_twice}"
        return "\n".join([*lines, "", verdict, ""])


def _text(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else f"{value}"
