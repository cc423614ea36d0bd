"""The spine: what a message is, what is deployed, and where readings are kept."""
