"""Who one is here."""
