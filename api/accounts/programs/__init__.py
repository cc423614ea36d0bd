"""The command for what programs come in with."""
