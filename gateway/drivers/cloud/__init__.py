"""Readings pulled from a vendor's cloud over HTTP, which is how most streetlights arrive."""
