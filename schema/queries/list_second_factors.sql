-- list_second_factors: every second factor that is on, by user.
SELECT user, secret, used_step, recovery_hashes
FROM user_second_factors FINAL
WHERE secret != ''
ORDER BY user
