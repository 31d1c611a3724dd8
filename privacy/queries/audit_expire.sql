-- audit_expire: remove the beginnings of chains, and return when their rows are gone.
-- params: chains, and through: the last number to go of each
ALTER TABLE audit_rows
DELETE WHERE number <= transform(toString(chain), {chains:Array(String)}, {through:Array(UInt64)}, toUInt64(0))
SETTINGS mutations_sync = 2
