"""Methods: how a device's energy becomes emissions avoided, each with its version and its limits."""
