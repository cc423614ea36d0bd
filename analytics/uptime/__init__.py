"""Uptime: what ran, what was excluded, and what nobody knows; silence is not downtime."""
