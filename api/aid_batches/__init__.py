"""Aid batches and their lots."""
