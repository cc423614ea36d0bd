"""Recordings played through the whole chain as if their devices were live."""
