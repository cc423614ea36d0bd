"""Alembic revisions of the journal; their branch is called audit."""
