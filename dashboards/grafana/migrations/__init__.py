"""Alembic revisions of what Grafana may read; their branch is called grafana."""
