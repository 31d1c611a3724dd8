-- list_sites: every site, by name.
-- params: with_removed, whether those that were removed are among them
SELECT
    name, timezone, next_timezone, next_from, hostnames, small_number, signal, excluded_networks,
    excluded_paths, rule_modes, keep, consent
FROM sites FINAL
WHERE NOT removed OR {with_removed:Bool}
ORDER BY name
