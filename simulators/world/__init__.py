"""Physical models of a zone: pure functions of seed and time, vectorised over devices and steps."""
