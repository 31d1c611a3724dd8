-- remove_engagements: take a scope's engagements out of one partition: of nobody there are none.
-- params: partition; a scope's
DELETE FROM event_rows IN PARTITION ID {partition:String} WHERE name = 'engagement' AND {scope}
