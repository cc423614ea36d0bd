"""Putting a device into service, on the spot."""
