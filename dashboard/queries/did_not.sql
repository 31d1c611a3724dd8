-- did_not: part of a condition on events and on sessions: their session has no event that was chosen.
session != 0 AND session NOT IN (
    SELECT session FROM every_event WHERE session != 0 AND (/* chosen */)
)
