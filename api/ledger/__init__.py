"""The account of records."""
