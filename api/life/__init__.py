"""What becomes of a device: replaced, moved, maintained, out of service."""
