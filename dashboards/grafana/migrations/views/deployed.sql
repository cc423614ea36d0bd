-- What is deployed, as it is valid now. Instants are timestamps; a cell without a text is null.
CREATE VIEW shown_entry AS
SELECT DISTINCT ON (kind, id) kind, id, body::jsonb AS body
FROM registry_entry
WHERE valid_from <= extract(epoch FROM now()) * 1000000
ORDER BY kind, id, valid_from DESC, change DESC;

CREATE VIEW shown_zone AS
WITH entry AS MATERIALIZED (
    SELECT * FROM shown_entry WHERE kind IN ('zone', 'site', 'gateway')
)
SELECT
    zone.id AS zone,
    zone.body->>'name' AS name,
    zone.body->>'country' AS country,
    zone.body->>'timezone' AS timezone,
    (zone.body->>'latitude')::float AS latitude,
    (zone.body->>'longitude')::float AS longitude,
    (
        SELECT string_agg(DISTINCT upper(gateway.body->>'provenance'), ' + ')
        FROM entry AS gateway
        JOIN entry AS site ON site.kind = 'site' AND site.id = gateway.body->>'site'
        WHERE gateway.kind = 'gateway' AND site.body->>'zone' = zone.id
    ) AS provenance
FROM entry AS zone
WHERE zone.kind = 'zone';

CREATE VIEW shown_gateway AS
WITH entry AS MATERIALIZED (
    SELECT * FROM shown_entry WHERE kind IN ('sim_card', 'site', 'gateway')
)
SELECT
    gateway.id AS gateway,
    site.id AS site,
    site.body->>'name' AS site_name,
    site.body->>'zone' AS zone,
    upper(gateway.body->>'provenance') AS provenance,
    heard.software,
    to_timestamp(nullif(heard.heard_at, 0) / 1e6) AS heard_at,
    to_timestamp(heard.died_at / 1e6) AS gone_at,
    CASE
        WHEN heard.born_at IS NULL THEN 'never'
        WHEN heard.died_at IS NOT NULL THEN 'gone'
        ELSE 'connected'
    END AS state,
    jsonb_array_length(coalesce(heard.held, '[]')::jsonb) AS boots_held,
    nullif(gateway.body->>'sim', '') AS sim,
    card.body->>'operator' AS operator,
    card.body->>'plan' AS plan,
    nullif(card.body->>'expires', '')::date AS sim_expires,
    nullif(card.body->>'expires', '')::date - current_date AS sim_days_left
FROM entry AS gateway
JOIN entry AS site ON site.kind = 'site' AND site.id = gateway.body->>'site'
LEFT JOIN entry AS card ON card.kind = 'sim_card' AND card.id = gateway.body->>'sim'
LEFT JOIN presence AS heard ON heard.gateway = gateway.id
WHERE gateway.kind = 'gateway';

CREATE VIEW shown_batch AS
SELECT
    id AS aid_batch,
    body->>'name' AS name,
    body->>'country' AS country,
    nullif(body->>'signed', '')::date AS signed
FROM shown_entry
WHERE kind = 'aid_batch';

-- Devices with all that they are of. A planner knows how many entries of one kind there are, and
-- nothing of what is in their bodies: so each kind is taken apart by itself, then joined.
CREATE VIEW shown_equipment AS
WITH device AS MATERIALIZED (
    SELECT id, body, body->>'gateway' AS gateway, nullif(body->>'lot', '') AS lot
    FROM shown_entry
    WHERE kind = 'device'
), gateway AS MATERIALIZED (
    SELECT id, body->>'site' AS site FROM shown_entry WHERE kind = 'gateway'
), site AS MATERIALIZED (
    SELECT
        id,
        body->>'zone' AS zone,
        nullif(body->>'latitude', '') AS latitude,
        nullif(body->>'longitude', '') AS longitude
    FROM shown_entry
    WHERE kind = 'site'
), zone AS MATERIALIZED (
    SELECT id, body->>'latitude' AS latitude, body->>'longitude' AS longitude
    FROM shown_entry
    WHERE kind = 'zone'
), lot AS MATERIALIZED (
    SELECT
        id,
        nullif(body->>'aid_batch', '') AS aid_batch,
        nullif(body->>'supplier', '') AS supplier,
        nullif(body->>'warranty_until', '')::date AS warranty_until
    FROM shown_entry
    WHERE kind = 'lot'
)
SELECT
    device.id AS device,
    coalesce(nullif(device.body->>'painted_number', ''), device.id) AS label,
    device.body->>'device_class' AS device_class,
    device.body->>'profile' AS profile,
    device.gateway,
    site.id AS site,
    site.zone,
    device.lot,
    lot.aid_batch,
    lot.supplier,
    lot.warranty_until,
    nullif(device.body->>'handed_over', '')::date AS handed_over,
    coalesce(nullif(device.body->>'latitude', ''), site.latitude, zone.latitude)::float
        AS latitude,
    coalesce(nullif(device.body->>'longitude', ''), site.longitude, zone.longitude)::float
        AS longitude
FROM device
JOIN gateway ON gateway.id = device.gateway
JOIN site ON site.id = gateway.site
JOIN zone ON zone.id = site.zone
LEFT JOIN lot ON lot.id = device.lot;

CREATE VIEW shown_day AS
SELECT
    day,
    device,
    base_s,
    up_s,
    down_s,
    excluded_s,
    known_down_s,
    base_s - up_s - down_s - excluded_s AS unknown_s
FROM uptime_day
WHERE base_s > 0;

-- A device with the last of its days that something was asked of it.
CREATE VIEW shown_device AS
SELECT
    device.*,
    last.day AS last_day,
    CASE
        WHEN last.day IS NULL THEN 'never'
        WHEN last.known_down_s > 0 AND last.known_down_s >= last.up_s THEN 'down'
        WHEN last.up_s = 0 THEN 'unknown'
        WHEN last.up_s < 0.9 * last.base_s THEN 'partly'
        ELSE 'up'
    END AS state,
    round(100.0 * last.up_s / last.base_s, 1) AS up_percent
FROM shown_equipment AS device
LEFT JOIN LATERAL (
    SELECT day, base_s, up_s, known_down_s
    FROM shown_day
    WHERE shown_day.device = device.device
    ORDER BY day DESC
    LIMIT 1
) AS last ON true;
