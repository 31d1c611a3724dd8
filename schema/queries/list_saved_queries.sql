-- list_saved_queries: a user's own kept questions, and those that others share, by name.
-- params: owner
SELECT id, owner, name, text, shared
FROM saved_queries FINAL
WHERE NOT removed AND (owner = {owner:UUID} OR shared)
ORDER BY lower(name), id
