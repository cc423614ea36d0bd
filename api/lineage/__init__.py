"""What a figure was made of."""
