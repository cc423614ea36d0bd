-- What Grafana's role may read: figures and what is deployed, and nothing else.
GRANT SELECT ON zone_figure, registry_entry TO grafana;
