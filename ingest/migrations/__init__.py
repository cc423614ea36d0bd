"""Alembic revisions of ingest's tables; their branch is called ingest."""
