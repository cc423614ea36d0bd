"""Photographs and certificates, kept under their hash."""
