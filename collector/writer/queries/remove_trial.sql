-- remove_trial: take away what `make_trial` made.
DROP TABLE IF EXISTS event_trial
