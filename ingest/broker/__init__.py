"""The broker's side of the door: its configuration, who may come in, and by which certificates."""
