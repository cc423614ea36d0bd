"""Alembic revisions of the API's tables; their branch is called api."""
