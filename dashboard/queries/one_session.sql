-- one_session: the sessions of a view; what began before `since`, or at `before` or later, is not there.
SELECT * FROM every_session
WHERE started_at >= {since:DateTime64(3, 'UTC')} AND started_at < {before:DateTime64(3, 'UTC')}
    AND (/* session_filters */)
