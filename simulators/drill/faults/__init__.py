"""What the drill does to the processes, one module a noun."""
