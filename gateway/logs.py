"""Logs of a gateway: those of every stage, and silence where drivers tell it themselves."""

import logging

from ingest.contract import logs


def log_to_stderr() -> None:
    """Send what the program has to say to stderr."""
    logs.log_to_stderr()
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
