-- every_event: rows of a site's raw days, engagements too; a query takes the columns it names.
-- params: site; raw_days; since and before, instants, UTC: what came earlier or later is not there
SELECT
    e.time            AS time,
    e.name            AS name,
    e.visitor         AS visitor,
    e.session         AS session,
    e.page_id         AS page_id,
    e.hostname        AS hostname,
    e.path            AS path,
    e.device          AS device,
    e.browser         AS browser,
    e.browser_version AS browser_version,
    e.os              AS os,
    e.os_version      AS os_version,
    e.country         AS country,
    e.region          AS region,
    e.city            AS city,
    e.timezone        AS timezone,
    e.language        AS language,
    e.screen          AS screen,
    e.engaged_ms      AS engaged_ms,
    e.scroll_depth    AS scroll_depth,
    e.lcp_ms          AS lcp_ms,
    e.fcp_ms          AS fcp_ms,
    e.ttfb_ms         AS ttfb_ms,
    e.inp_ms          AS inp_ms,
    e.cls             AS cls,
    e.props           AS props,
    e.revenue         AS revenue,
    e.currency        AS currency,
    e.day             AS day
FROM event_rows AS e
WHERE e.site = {site:String} AND e.day IN {raw_days:Array(Date)}
    AND e.time >= {since:DateTime64(3, 'UTC')} AND e.time < {before:DateTime64(3, 'UTC')}
