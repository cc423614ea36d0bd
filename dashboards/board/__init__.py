"""The board: pages as functions of view models, drawn on the server, whole without a network."""
