"""Captured frames told by the parsers of the gateway and of ingest."""
