"""What is deployed, where, and whose."""
