-- wipe_partition: begin to write the parts of a partition again without the rows that were deleted.
-- params: table, partition
ALTER TABLE {table:Identifier} APPLY DELETED MASK IN PARTITION ID {partition:String}
SETTINGS mutations_sync = 0
