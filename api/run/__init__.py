"""The whole backend in one process, for one small machine."""
