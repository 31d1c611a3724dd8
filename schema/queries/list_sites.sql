-- list_sites: every site that was not removed, by name.
SELECT
    name, timezone, next_timezone, next_from, hostnames, small_number, signal, excluded_networks,
    excluded_paths, rule_modes
FROM sites FINAL
WHERE NOT removed
ORDER BY name
