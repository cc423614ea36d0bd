"""The commands that show what ingest wrote down: they read the catalog and the archive alone."""
