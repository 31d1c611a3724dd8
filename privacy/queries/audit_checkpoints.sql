-- audit_checkpoints: every checkpoint in the database, in the order they were made.
SELECT number, body, signature, signer
FROM audit_checkpoints
ORDER BY number
