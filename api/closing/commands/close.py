"""Prepare a period: fix its figures as a numbered revision for others to check and approve.

Only what is real is closed, 48 hours after its end; where figures have moved since, a further
revision is made, which says what differs and why.
"""


def main(argv: list[str] | None = None) -> int:
    """Take the step and return an exit status."""
    from analytics.closing.states import State
    from api.closing.commands.step import run

    return run("close", __doc__ or "", State.PREPARED, argv)
