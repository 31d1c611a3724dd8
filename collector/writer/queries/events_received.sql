-- events_received: what tells events apart, of those received in a range of seconds.
-- params: sites; days, the sites' local ones; since and until, UTC instants, both included
-- rows:   site String, day Date, time_ms Int64, name String, visitor UInt64, page_id UInt64,
--         path String, sample UInt8
SELECT site, day, toUnixTimestamp64Milli(time) AS time_ms, name, visitor, page_id, path, sample
FROM event_rows
WHERE site IN {sites:Array(String)}
  AND day IN {days:Array(Date)}
  AND received_at >= {since:DateTime64(3, 'UTC')}
  AND received_at <= {until:DateTime64(3, 'UTC')}
