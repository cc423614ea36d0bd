"""A backup of a home's embedded parts: written while they run, and read back."""
