"""Air: concentrations against limits first, then indices; tables are data, arithmetic is exact."""
