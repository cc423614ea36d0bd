"""Alarms over HTTP: what is open, what was, and what people do with it."""
