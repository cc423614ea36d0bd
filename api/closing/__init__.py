"""Closing periods, re-running what was published, and the bundle and digest others keep of it."""
