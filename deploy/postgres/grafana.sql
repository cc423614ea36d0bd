-- What Grafana's role may read: the views made for it, and nothing else. Functions of the views
-- compute and read no table.
DO $$
DECLARE
    shown text;
BEGIN
    FOR shown IN
        SELECT viewname FROM pg_views WHERE schemaname = current_schema AND viewname LIKE 'shown\_%'
    LOOP
        EXECUTE format('GRANT SELECT ON %I TO grafana', shown);
    END LOOP;
END
$$;
