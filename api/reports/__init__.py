"""The report document, by HTTP and on the command line."""
