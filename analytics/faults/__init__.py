"""Fault rules as data, and the pure functions that hold readings and device-days against them."""
