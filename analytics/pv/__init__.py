"""PV: yields, and whether a set gives what it should: by sensor, by clear sky, by its peers."""
