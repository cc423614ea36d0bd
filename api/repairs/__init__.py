"""Repair tickets over HTTP: who goes, and what they found."""
