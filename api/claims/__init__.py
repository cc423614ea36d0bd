"""Published claims and plan targets."""
