"""The demo: simulated zones, gateways, and the whole backend on one machine."""
