"""The whole programme's summary."""
