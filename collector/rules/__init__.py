"""Rules: which beacons are left out of the numbers, by what they say and how they come."""
