"""Grafana's dashboards as typed code: what each panel asks, of which source, and of what kind."""
