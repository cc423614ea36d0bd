"""Tables of a period for other systems: indicators, rows for the UNFCCC, facts, evidence."""
