"""Gateways and whether they are there."""
