"""The field side: it asks devices and keeps their records until ingest has settled them."""
