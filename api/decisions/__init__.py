"""What people decide on data: exclusions, overrides, releases; entered and withdrawn by name."""
