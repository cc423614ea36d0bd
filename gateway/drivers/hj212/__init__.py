"""HJ 212 over TCP: stations and loggers that connect to the gateway by themselves."""
