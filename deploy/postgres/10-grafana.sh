#!/bin/sh
# Make the role that Grafana reads as. What it may read is granted by grafana.sql, once there are
# tables.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" \
	--set=password="$(cat /run/secrets/grafana_postgres_password)" <<'SQL'
CREATE ROLE grafana LOGIN PASSWORD :'password';
ALTER ROLE grafana SET default_transaction_read_only = on;
SQL
