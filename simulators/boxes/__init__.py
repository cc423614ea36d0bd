"""Counterparts of the gateway's drivers: simulated devices behind real protocol servers."""
