"""Closed periods as values: states, canonical bytes, and what differs between two documents."""
