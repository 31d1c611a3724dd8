-- remove_of_hold: take away what a try that was cut off had copied of one partition.  What others
-- held before is no copy.
-- params: partition; hold
DELETE FROM held_rows IN PARTITION ID {partition:String}
WHERE hold = toUUID({hold:String}) AND empty(also)
