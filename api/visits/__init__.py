"""Inspections with portable instruments: of a facility, on a day, with results."""
