-- one_event: the events of a view, without engagements.
SELECT * FROM /* events */
WHERE name != 'engagement' AND (/* event_filters */)
