"""Samples of equipment that never transmits: plan, findings, and the share that works."""
