"""Published claims and plan targets, beside what was computed."""
