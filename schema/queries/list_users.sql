-- list_users: every user that was not removed, by e-mail address.
SELECT id, email, role, sites, path_prefixes, password_hash, one_time, session_epoch
FROM users FINAL
WHERE NOT removed
ORDER BY email
