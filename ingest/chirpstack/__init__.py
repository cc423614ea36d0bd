"""Uplinks of LoRaWAN devices as a ChirpStack v4 server publishes them: its JSON integration."""
