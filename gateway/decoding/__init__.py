"""What captured frames say, told by the parsers of the drivers."""
