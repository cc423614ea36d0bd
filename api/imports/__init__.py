"""What is brought in by hand: a file instead of a connection."""
