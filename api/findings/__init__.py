"""Findings that verifiers leave on revisions, and their answers."""
