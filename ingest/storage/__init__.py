"""Where readings are kept: a port and its adapters."""
