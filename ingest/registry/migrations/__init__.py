"""Alembic revisions of the registry's tables; their branch is called registry."""
