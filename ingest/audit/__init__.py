"""Who did what, when, from where, and how it ended: written down beside what was changed."""
