"""Methods that credit energy."""
