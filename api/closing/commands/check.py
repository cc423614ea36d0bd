"""Check what somebody else prepared, and so close it: from here on figures change by revisions."""


def main(argv: list[str] | None = None) -> int:
    """Take the step and return an exit status."""
    from analytics.closing.states import State
    from api.closing.commands.step import run

    return run("check", __doc__ or "", State.CLOSED, argv)
