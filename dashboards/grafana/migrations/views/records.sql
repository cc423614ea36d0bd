-- The account of records, as ingest's ledger computes it: by gateway and UTC day of entry.
CREATE FUNCTION shown_ranges(numbers text) RETURNS int8multirange
LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(
    range_agg(int8range((pair->>0)::bigint, (pair->>1)::bigint, '[]')), '{}'::int8multirange
)
FROM jsonb_array_elements(numbers::jsonb) AS pair
$$;

CREATE FUNCTION shown_count(numbers int8multirange) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(sum(upper(part) - lower(part)), 0)::bigint FROM unnest(numbers) AS part
$$;

-- A day reaches down to the one before it: of what came settled, a gateway no longer tells.
CREATE VIEW shown_span AS
SELECT
    told.gateway,
    told.boot,
    told.day,
    boot.low,
    int8range(
        coalesce(lag(told.last) OVER boots, 0) + 1, told.last, '[]'
    ) AS numbers,
    shown_ranges(boot.thinned) AS thinned,
    shown_ranges(boot.stored) + shown_ranges(boot.quarantined) AS settled
FROM ledger_span AS told
JOIN ledger_boot AS boot USING (gateway, boot)
WINDOW boots AS (PARTITION BY told.gateway, told.boot ORDER BY told.first, told.last);

CREATE VIEW shown_ledger AS
WITH spans AS (
    SELECT
        gateway,
        day,
        upper(numbers) - lower(numbers) AS assigned,
        shown_count((thinned - settled) * int8multirange(numbers)) AS thinned,
        shown_count(int8multirange(numbers) - settled - thinned) AS open,
        shown_count(
            (int8multirange(numbers) - settled - thinned)
            * int8multirange(int8range(1, greatest(low, 1)))
        ) AS missing
    FROM shown_span
), told AS (
    SELECT
        gateway,
        day,
        sum(assigned)::bigint AS assigned,
        sum(thinned)::bigint AS thinned,
        sum(open - missing)::bigint AS pending,
        sum(missing)::bigint AS missing
    FROM spans
    GROUP BY gateway, day
)
SELECT
    gateway,
    day,
    coalesce(told.assigned, 0) AS assigned,
    coalesce(counted.stored, 0) AS stored,
    coalesce(counted.repeated, 0) AS repeated,
    coalesce(counted.quarantined, 0) AS quarantined,
    coalesce(told.thinned, 0) AS thinned,
    coalesce(told.pending, 0) AS pending,
    coalesce(told.missing, 0) AS missing,
    coalesce(counted.redelivered, 0) AS redelivered,
    coalesce(counted.readings, 0) AS readings,
    coalesce(counted.unnumbered, 0) AS unnumbered
FROM told
FULL JOIN ledger_count AS counted USING (gateway, day);

CREATE VIEW shown_quarantine AS
SELECT
    entry.id,
    entry.gateway,
    gateway.zone,
    entry.reason,
    entry.state,
    entry.refusals,
    to_timestamp(entry.received_at / 1e6) AS received_at,
    entry.why
FROM quarantine AS entry
LEFT JOIN shown_gateway AS gateway USING (gateway);

-- What waits: rows on the change feed, and how far behind the facts are.
CREATE VIEW shown_queue AS
SELECT
    (SELECT count(*) FROM feed) AS feed_rows,
    (SELECT to_timestamp(min(hour) / 1e6) FROM feed) AS oldest_hour,
    progress.stage,
    progress.changes,
    progress.hours,
    to_timestamp(progress.since / 1e6) AS since,
    to_timestamp(progress.as_of / 1e6) AS as_of,
    extract(epoch FROM now())::float - progress.as_of / 1e6 AS behind_s,
    (SELECT count(*) FROM scope_month WHERE stale) AS months_stale
FROM progress;

CREATE VIEW shown_archive AS
SELECT worker, archive_file, archive_offset AS bytes FROM watermark;

CREATE VIEW shown_disk AS
SELECT
    day, free_bytes, floor_bytes, growth_bytes, days_left,
    to_timestamp(noted_at / 1e6) AS noted_at
FROM disk_room;
