"""What could not be stored, and the notes on it."""
