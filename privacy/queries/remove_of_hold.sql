-- remove_of_hold: take away what a try that was cut off had copied of one partition.
-- params: partition; hold
DELETE FROM held_rows IN PARTITION ID {partition:String} WHERE hold = toUUID({hold:String})
