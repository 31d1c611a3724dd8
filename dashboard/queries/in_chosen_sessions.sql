-- in_chosen_sessions: part of a condition on events: their session was chosen.
session IN (SELECT session FROM every_session WHERE /* chosen */)
