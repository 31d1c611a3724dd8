-- differing_sessions: sessions with an event received in a range of seconds, whose rows are not
-- what the events make.
-- params: sites; days, the sites' local ones; since and until, UTC instants, both included
-- rows:   site String, day Date, session UInt64
WITH
    of_events AS
    (
        SELECT
            site, day, session,
            countIf(name = 'pageview')    AS made_pageviews,
            countIf(name != 'engagement') AS made_events,
            max(time)                     AS made_end
        FROM event_rows
        WHERE site IN {sites:Array(String)}
          AND day IN {days:Array(Date)}
          AND session IN
          (
              SELECT session
              FROM event_rows
              WHERE site IN {sites:Array(String)}
                AND day IN {days:Array(Date)}
                AND session != 0
                AND received_at >= {since:DateTime64(3, 'UTC')}
                AND received_at <= {until:DateTime64(3, 'UTC')}
          )
        GROUP BY site, day, session
    ),
    of_rows AS
    (
        SELECT
            site, day, session,
            sum(pageviews)          AS kept_pageviews,
            sum(session_rows.events) AS kept_events,
            max(ended_at)           AS kept_end
        FROM session_rows
        WHERE site IN {sites:Array(String)}
          AND day IN {days:Array(Date)}
          AND session IN (SELECT session FROM of_events)
        GROUP BY site, day, session
    )
SELECT site, day, session
FROM of_events
LEFT JOIN of_rows USING (site, day, session)
WHERE made_pageviews != kept_pageviews OR made_events != kept_events OR made_end != kept_end
ORDER BY site, day, session
