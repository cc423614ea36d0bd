"""Revisions of closed periods, and the steps that people take on them."""
