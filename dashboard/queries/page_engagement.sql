-- page_engagement: how long and how far pages were looked at, for each page load that told.
-- params: those of every_session and every_event; values, the paths asked for; empty: all
-- rows:   value, a text for each dimension; engaged_s a page load, scroll 0..1 a page load
-- A page load without an id is told by its session.
SELECT
    key                              AS value,
    avg(load_engaged_ms) / 1000      AS engaged_s,
    avg(load_scroll) / 100           AS scroll
FROM
(
    SELECT /* key */ AS key, sum(engaged_ms) AS load_engaged_ms, max(scroll_depth) AS load_scroll
    FROM /* events */
    WHERE name = 'engagement' AND (/* event_filters */)
        AND (empty({values:Array(String)}) OR has({values:Array(String)}, path))
    GROUP BY key, path, day, page_id, if(page_id = 0, session, 0)
)
GROUP BY value
