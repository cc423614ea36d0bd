"""Grid emission factors."""
