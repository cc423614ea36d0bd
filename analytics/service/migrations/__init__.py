"""Alembic revisions of analytics's tables; their branch is called analytics."""
