"""The one service that feeds analytics, and all its I/O: from the change feed to facts."""
