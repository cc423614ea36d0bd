"""Lighting: how batteries and panels of solar lamps fare."""
