"""The door: HTTP resources, reports, notices, and the routes of the board."""
