-- Figures with the digits that are quoted; the number beside them is to draw and to sort by.
CREATE VIEW shown_figure AS
SELECT
    figure.zone,
    zone.name AS zone_name,
    zone.country,
    figure.figure,
    figure.device_class,
    figure.value,
    figure.number,
    figure.unit,
    figure.coverage_percent,
    upper(figure.provenance) AS provenance,
    to_timestamp(figure.as_of / 1e6) AS as_of
FROM zone_figure AS figure
JOIN shown_zone AS zone USING (zone);

CREATE VIEW shown_month AS
SELECT
    scope,
    nullif(split_part(scope, ':', 2), '') AS scope_id,
    split_part(scope, ':', 1) AS scope_kind,
    month,
    to_char(month, 'YYYY-MM') AS label,
    document::jsonb AS document,
    index_days::jsonb AS index_days,
    document::jsonb->>'status' AS status,
    upper(document::jsonb->>'provenance') AS provenance,
    to_timestamp(as_of / 1e6) AS as_of
FROM scope_month;

-- What a month's document and a revision's have in common.
CREATE FUNCTION shown_figures(document jsonb)
RETURNS TABLE (
    figure text, device_class text, value text, number numeric, unit text, lower_edge text,
    upper_edge text, covers text, credited text, coverage_percent text, handed_over integer,
    metered integer, method text, status text, reasons text, lineage text
)
LANGUAGE sql IMMUTABLE AS $$
SELECT
    each->>'id',
    each->>'device_class',
    each->>'value',
    (each->>'value')::numeric,
    each->>'unit',
    each->>'lower',
    each->>'upper',
    each->>'interval_covers',
    each->'energy'->>'credited',
    each->'coverage'->>'percent',
    (each->'coverage'->>'handed_over')::integer,
    (each->'coverage'->>'metered')::integer,
    trim((each->'method'->>'id') || ' ' || coalesce(each->'method'->>'version', '')),
    each->>'status',
    (SELECT string_agg(reason, '; ') FROM jsonb_array_elements_text(each->'reasons') AS reason),
    each->>'lineage'
FROM jsonb_array_elements(document->'figures') AS each
$$;

CREATE VIEW shown_month_figure AS
SELECT
    month.scope, month.scope_id, month.scope_kind, month.month, month.label,
    month.status AS month_status, month.provenance, month.as_of, figure.*
FROM shown_month AS month, shown_figures(month.document) AS figure;

CREATE VIEW shown_month_light AS
SELECT
    month.scope, month.scope_id, month.scope_kind, month.month, month.label, month.provenance,
    each->>'device_class' AS device_class,
    (each->>'pieces')::integer AS pieces,
    each->>'proven_percent' AS proven_percent,
    each->>'low_percent' AS low_percent,
    each->>'point_percent' AS point_percent,
    each->>'high_percent' AS high_percent,
    each->>'data_percent' AS data_percent,
    each->>'technical_percent' AS technical_percent,
    each->>'contractual_percent' AS contractual_percent
FROM shown_month AS month, jsonb_array_elements(month.document->'availability') AS each;

CREATE VIEW shown_month_factor AS
SELECT DISTINCT
    month.scope, month.scope_id, month.label,
    figure->>'device_class' AS device_class,
    factor->>'country' AS country,
    factor->>'role' AS role,
    factor->>'gas' AS gas,
    factor->>'value' AS value,
    factor->>'unit' AS unit,
    factor->>'source' AS source,
    factor->>'version' AS version,
    (factor->>'year')::integer AS year,
    factor->>'evidence' AS evidence
FROM shown_month AS month,
    jsonb_array_elements(month.document->'figures') AS figure,
    jsonb_array_elements(figure->'factors') AS factor;

CREATE VIEW shown_month_claim AS
SELECT
    month.scope, month.scope_id, month.month, month.label, month.provenance,
    claim->>'zone' AS zone,
    claim->>'kind' AS kind,
    claim->>'scope' AS about,
    claim->'claimed'->>'value' AS claimed,
    (claim->'claimed'->>'unit') || '/' || (claim->'claimed'->>'per') AS claimed_unit,
    claim->>'claimed_in_period' AS claimed_in_month,
    claim->>'computed' AS computed,
    claim->>'unit' AS unit,
    claim->>'progress_percent' AS progress_percent,
    claim->>'source' AS source
FROM shown_month AS month, jsonb_array_elements(month.document->'claims') AS claim;

CREATE VIEW shown_month_air AS
SELECT
    month.scope, month.scope_id, month.month, month.label, month.provenance,
    air->>'zone' AS zone,
    air->>'station' AS station,
    (air->>'released')::boolean AS released,
    pollutant->>'pollutant' AS pollutant,
    pollutant->>'mean' AS mean,
    (pollutant->>'mean')::numeric AS mean_number,
    pollutant->>'highest' AS highest,
    (pollutant->>'highest_on')::date AS highest_on,
    pollutant->>'unit' AS unit,
    (pollutant->>'valid_days')::integer AS valid_days,
    (pollutant->>'days')::integer AS days,
    bound->>'jurisdiction' AS jurisdiction,
    (bound->>'national')::boolean AS national,
    bound->>'value' AS limit_value,
    bound->>'unit' AS limit_unit,
    (bound->>'days_above')::integer AS days_above,
    bound->>'source' AS source,
    bound->>'evidence' AS evidence
FROM shown_month AS month
CROSS JOIN jsonb_array_elements(month.document->'air') AS air
CROSS JOIN jsonb_array_elements(air->'pollutants') AS pollutant
LEFT JOIN jsonb_array_elements(pollutant->'limits') AS bound ON true;

CREATE VIEW shown_index_day AS
SELECT
    month.scope_id AS zone,
    month.provenance,
    each->>'station' AS station,
    (each->>'day')::date AS day,
    each->>'scheme' AS scheme,
    each->>'version' AS version,
    (each->>'index')::integer AS index,
    each->>'category' AS category,
    each->>'leading' AS set_by,
    (each->>'released')::boolean AS released
FROM shown_month AS month, jsonb_array_elements(month.index_days) AS each
WHERE month.scope_kind = 'zone';

-- Lots from signed to proven: what of them works is told by the newest month of their zone.
CREATE VIEW shown_lot AS
SELECT
    lot.id AS lot,
    lot.body->>'zone' AS zone,
    zone.name AS zone_name,
    zone.country,
    zone.provenance,
    lot.body->>'aid_batch' AS aid_batch,
    batch.name AS batch_name,
    lot.body->>'device_class' AS device_class,
    (lot.body->>'quantity')::integer AS quantity,
    coalesce(nullif(lot.body->>'signed', '')::date, batch.signed) AS signed,
    nullif(lot.body->>'shipped', '')::date AS shipped,
    nullif(lot.body->>'accepted', '')::date AS accepted,
    nullif(lot.body->>'handed_over', '')::date AS handed_over,
    nullif(lot.body->>'installed', '')::date AS installed,
    coalesce((told.delivery->>'registered')::integer, 0) AS registered,
    (told.delivery->>'online')::integer AS online,
    (told.delivery->>'proven')::integer AS proven,
    (told.delivery->>'on')::date AS proven_on,
    round(
        100.0 * (told.delivery->>'proven')::integer / (lot.body->>'quantity')::integer, 1
    ) AS proven_percent,
    nullif(lot.body->>'supplier', '') AS supplier,
    nullif(lot.body->>'warranty_until', '')::date AS warranty_until,
    nullif(lot.body->>'warranty_until', '')::date - current_date AS warranty_days_left
FROM shown_entry AS lot
JOIN shown_zone AS zone ON zone.zone = lot.body->>'zone'
LEFT JOIN shown_batch AS batch ON batch.aid_batch = lot.body->>'aid_batch'
LEFT JOIN LATERAL (
    SELECT each AS delivery
    FROM scope_month, jsonb_array_elements(document::jsonb->'delivery') AS each
    WHERE scope = 'zone:' || (lot.body->>'zone') AND each->>'lot' = lot.id
    ORDER BY month DESC
    LIMIT 1
) AS told ON true
WHERE lot.kind = 'lot';

-- Closed periods: how far each revision is, and who signed it.
CREATE VIEW shown_revision AS
SELECT
    revision.id,
    revision.scope,
    nullif(split_part(revision.scope, ':', 2), '') AS scope_id,
    split_part(revision.scope, ':', 1) AS scope_kind,
    revision.period,
    revision.number,
    upper(revision.provenance) AS provenance,
    last.state,
    to_timestamp(last.at / 1e6) AS state_at,
    (
        SELECT string_agg(step.state || ': ' || step.actor, ', ' ORDER BY step.id)
        FROM period_step AS step
        WHERE step.revision = revision.id
    ) AS signed,
    revision.cause::jsonb->>'text' AS cause,
    coalesce((revision.cause::jsonb->>'difference_count')::integer, 0) AS figures_changed,
    revision.number = max(revision.number) OVER same AS newest,
    (SELECT count(*)::integer FROM finding WHERE finding.revision = revision.id) AS findings,
    (
        SELECT count(*)::integer
        FROM finding
        WHERE finding.revision = revision.id
            AND NOT EXISTS (SELECT FROM finding_answer AS said WHERE said.finding = finding.id)
    ) AS findings_open
FROM period_revision AS revision
JOIN LATERAL (
    SELECT state, at
    FROM period_step AS step
    WHERE step.revision = revision.id
    ORDER BY step.id DESC
    LIMIT 1
) AS last ON true
WINDOW same AS (PARTITION BY revision.scope, revision.period);

CREATE VIEW shown_revision_figure AS
SELECT
    shown.scope, shown.scope_id, shown.scope_kind, shown.period, shown.number AS revision,
    shown.state, shown.newest, shown.provenance,
    figure.figure, figure.device_class, figure.value, figure.number, figure.unit,
    figure.lower_edge, figure.upper_edge, figure.covers, figure.credited,
    figure.coverage_percent, figure.handed_over, figure.method, figure.status, figure.lineage
FROM shown_revision AS shown
JOIN period_revision AS revision USING (id)
CROSS JOIN shown_figures(convert_from(revision.content, 'UTF8')::jsonb) AS figure;

CREATE VIEW shown_entered_factor AS
SELECT
    change, country, role, gas, value, source, version, year, valid_from, evidence, entered_by
FROM entered_factor;
