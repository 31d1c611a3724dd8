-- one_event: the events of a view, without engagements.
SELECT * FROM every_event
WHERE name != 'engagement' AND (/* event_filters */)
