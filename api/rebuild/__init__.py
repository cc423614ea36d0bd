"""A store made whole from the archive."""
