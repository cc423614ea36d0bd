"""The commands that close periods, re-run what was published, and hand out bundle and digest."""
