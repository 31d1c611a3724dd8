-- in_chosen_events: part of a condition on sessions: they have an event that was chosen.
session IN (SELECT session FROM every_event WHERE name != 'engagement' AND (/* chosen */))
