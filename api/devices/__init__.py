"""Devices and their readings."""
