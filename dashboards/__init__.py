"""What people look at: Grafana dashboards as code, the board's pages, and their wording."""
