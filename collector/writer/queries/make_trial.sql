-- make_trial: a table that checks events as `event_rows` does and keeps none.
CREATE TABLE IF NOT EXISTS event_trial AS event_rows ENGINE = Null
