"""Zones and their summaries."""
