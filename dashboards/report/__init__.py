"""The report document as people take it home: CSV, XLSX and PDF, in four languages."""
