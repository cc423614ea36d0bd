"""The journal, over HTTP."""
