"""Methods: how energy becomes emissions avoided, each with its version and its limits."""
