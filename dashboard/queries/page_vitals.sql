-- page_vitals: how fast pages were, of the page loads that told, at the 75th percentile.
-- params: those of every_session and every_event
-- rows:   value, a text for each dimension; lcp_ms, fcp_ms, ttfb_ms, inp_ms, cls; NULL: none told
-- A page load may tell several times, of what grew meanwhile.
SELECT
    key                                AS value,
    quantileExact(0.75)(load_lcp_ms)   AS lcp_ms,
    quantileExact(0.75)(load_fcp_ms)   AS fcp_ms,
    quantileExact(0.75)(load_ttfb_ms)  AS ttfb_ms,
    quantileExact(0.75)(load_inp_ms)   AS inp_ms,
    quantileExact(0.75)(load_cls)      AS cls
FROM
(
    SELECT
        /* key */ AS key, max(lcp_ms) AS load_lcp_ms, max(fcp_ms) AS load_fcp_ms,
        max(ttfb_ms) AS load_ttfb_ms, max(inp_ms) AS load_inp_ms, max(cls) AS load_cls
    FROM /* events */
    WHERE name = 'engagement' AND (/* event_filters */)
    GROUP BY key, path, day, page_id, if(page_id = 0, session, 0)
)
GROUP BY value
