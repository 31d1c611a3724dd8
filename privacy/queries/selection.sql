-- selection: the condition on rows of `event_rows` or `held_rows` that an operator selected; it takes
-- the place of {scope} in other statements.
-- params: site; until, a UTC instant, included; first_day and last_day, included; sessions (empty is
--         any); fields, operators and wanted, of one length
(
    site = {site:String}
    AND received_at <= {until:DateTime64(6, 'UTC')}
    AND day >= {first_day:Date}
    AND day <= {last_day:Date}
    AND (empty({sessions:Array(UInt64)}) OR (session != 0 AND session IN {sessions:Array(UInt64)}))
    AND arrayAll(
        (said, operator, texts) -> (operator IN ('is_not', 'contains_not')) != if(
            operator IN ('contains', 'contains_not'),
            arrayExists(text -> positionCaseInsensitiveUTF8(said, text) > 0, texts),
            has(texts, said)
        ),
        arrayMap(
            field -> map(
                'page', toString(path),
                'hostname', toString(hostname),
                'goal', if(name IN ('pageview', 'engagement'), '', toString(name)),
                'source', toString(source),
                'channel', toString(channel),
                'referrer', toString(referrer),
                'utm_source', toString(utm_source),
                'utm_medium', toString(utm_medium),
                'utm_campaign', toString(utm_campaign),
                'utm_term', toString(utm_term),
                'utm_content', toString(utm_content),
                'country', toString(country),
                'device', toString(device),
                'browser', toString(browser),
                'browser_version', toString(browser_version),
                'os', toString(os),
                'os_version', toString(os_version),
                'screen', toString(screen),
                'language', toString(language)
            )[field],
            {fields:Array(String)}
        ),
        {operators:Array(String)},
        {wanted:Array(Array(String))}
    )
)
