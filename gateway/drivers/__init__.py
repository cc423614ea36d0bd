"""Drivers: one folder for each protocol that devices speak."""
