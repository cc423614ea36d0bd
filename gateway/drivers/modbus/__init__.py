"""Reading devices over Modbus TCP, by profiles."""
