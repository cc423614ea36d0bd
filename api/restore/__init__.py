"""A home made from a backup."""
