-- Alarms with what is done about them; an alarm's devices are those its cause takes down.
CREATE VIEW shown_alarm AS
SELECT
    alarm.id AS alarm,
    alarm.rule,
    alarm.subject,
    alarm.priority,
    alarm.zone,
    zone.name AS zone_name,
    zone.country,
    zone.provenance,
    alarm.device_class,
    alarm.condition,
    alarm.suppressed,
    alarm.out_of_service,
    alarm.shelved_until IS NOT NULL
        AND to_timestamp(alarm.shelved_until / 1e6) > now() AS shelved,
    to_timestamp(alarm.began_at / 1e6) AS began_at,
    to_timestamp(alarm.raised_at / 1e6) AS raised_at,
    to_char(to_timestamp(alarm.raised_at / 1e6) AT TIME ZONE zone.timezone, 'YYYY-MM-DD HH24:MI')
        || ' ' || zone.timezone AS raised_local,
    to_timestamp(alarm.cleared_at / 1e6) AS cleared_at,
    alarm.acknowledged_by,
    (SELECT count(*)::integer FROM alarm_device WHERE alarm_device.alarm = alarm.id) AS devices,
    ticket.assignee,
    ticket.id AS ticket
FROM alarm
JOIN shown_zone AS zone ON zone.zone = alarm.zone
LEFT JOIN LATERAL (
    SELECT id, assignee
    FROM repair
    WHERE repair.alarm = alarm.id AND closed_at IS NULL
    ORDER BY id DESC
    LIMIT 1
) AS ticket ON true;

CREATE VIEW shown_repair AS
SELECT
    repair.id AS ticket,
    alarm.alarm,
    alarm.rule,
    alarm.subject,
    alarm.priority,
    alarm.zone,
    alarm.devices,
    repair.assignee,
    to_timestamp(repair.opened_at / 1e6) AS opened_at,
    to_timestamp(repair.closed_at / 1e6) AS closed_at,
    round((coalesce(repair.closed_at, extract(epoch FROM now()) * 1e6)
        - repair.opened_at) / 3.6e9, 1) AS hours,
    repair.cause,
    repair.parts,
    repair.helped
FROM repair
JOIN shown_alarm AS alarm ON alarm.alarm = repair.alarm;
