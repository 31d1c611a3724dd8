-- Whether a rule against bots and spam drops, only notes what it would drop, or is off: 'hosting=drop'.
ALTER TABLE sites ADD COLUMN IF NOT EXISTS rule_modes Array(String) AFTER excluded_paths;
