"""Alembic revisions of the tables of closed periods; their branch is called closing."""
