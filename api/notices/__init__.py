"""Notices on their way to people: to whom, when, in which words, on which channel."""
