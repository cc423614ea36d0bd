"""Another factor, method or assumption, and what would come of it; nothing published changes."""
