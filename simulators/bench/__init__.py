"""Measurements: how fast the real parts are on this machine, and where the time goes."""
