"""Approve what two others prepared and checked.

The approval stays on the revision it is given for.
"""


def main(argv: list[str] | None = None) -> int:
    """Take the step and return an exit status."""
    from analytics.closing.states import State
    from api.closing.commands.step import run

    return run("approve", __doc__ or "", State.APPROVED, argv)
