-- audit_search: records that match, newest first.
-- params: actor, action, site ('' is any); since and until, UTC instants, until excluded;
--         sites: all others are left out (empty: none is); row_limit, row_offset
-- rows:   with the number of all that match in the last column
SELECT at, actor, action, site, rows, purpose, detail, chain, number, count() OVER ()
FROM audit_rows
WHERE at >= {since:DateTime64(6, 'UTC')}
  AND at <  {until:DateTime64(6, 'UTC')}
  AND ({actor:String} = '' OR actor = {actor:String})
  AND ({action:String} = '' OR action = {action:String})
  AND ({site:String} = '' OR site = {site:String})
  AND (empty({sites:Array(String)}) OR has({sites:Array(String)}, site))
ORDER BY at DESC, chain, number DESC
LIMIT {row_limit:UInt32} OFFSET {row_offset:UInt32}
