"""Quality: what a reading's neighbors in time, place and kind say of it; derived, never stored."""
