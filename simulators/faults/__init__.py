"""A zone with labelled causes, and what the fault rules make of it."""
