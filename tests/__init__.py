"""What Zonewatch promises, folder by folder."""
