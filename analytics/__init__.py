"""Pure functions from readings to facts, figures and notices, and the service that feeds them."""
