-- list_tokens: every token that was not removed, by name.
SELECT id, name, scope, sites, secret_hash
FROM tokens FINAL
WHERE NOT removed
ORDER BY name
