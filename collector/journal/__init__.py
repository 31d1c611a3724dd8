"""Journal: the files an event is in before its beacon is answered."""
