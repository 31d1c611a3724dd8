-- event_of_session: events with what their sessions say of themselves; nobody's have none and are not there.
SELECT
    e.*,
    s.entry_path   AS entry_path,
    s.exit_path    AS exit_path,
    s.referrer     AS referrer,
    s.source       AS source,
    s.channel      AS channel,
    s.utm_source   AS utm_source,
    s.utm_medium   AS utm_medium,
    s.utm_campaign AS utm_campaign,
    s.utm_term     AS utm_term,
    s.utm_content  AS utm_content,
    s.started_at   AS started_at
FROM every_event AS e
INNER JOIN every_session AS s ON s.session = e.session AND s.day = e.day
