"""Grid emission factors as append-only data, and the one way to look one up."""
