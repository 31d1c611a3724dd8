-- did: part of a condition on events and on sessions: their session has an event that was chosen.
session IN (SELECT session FROM every_event WHERE session != 0 AND (/* chosen */))
