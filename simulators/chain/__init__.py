"""The whole chain on this machine: devices, gateways and broker around an embedded backend."""
