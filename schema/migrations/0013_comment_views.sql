-- What tools show beside the documented names: each view says what it holds and hides, each column
-- what it means.  A later `CREATE OR REPLACE VIEW` needs its comments again.
ALTER TABLE events MODIFY COMMENT 'One row for each accepted event, engagements too. region and city are empty until that site, day and value has the site''s small number of visitors.';

ALTER TABLE events
    COMMENT COLUMN site 'name of the site',
    COMMENT COLUMN day 'the site''s local day',
    COMMENT COLUMN time 'when it happened, UTC, to the millisecond',
    COMMENT COLUMN name 'pageview, engagement, or your own event''s name',
    COMMENT COLUMN visitor 'pseudonym of one browser on one site for one day; 0 is nobody',
    COMMENT COLUMN session 'the visitor''s session; 0 is nobody''s',
    COMMENT COLUMN page_id 'hash of one page load''s random id; joins an engagement to its pageview; 0 when none was sent',
    COMMENT COLUMN hostname 'host of the page',
    COMMENT COLUMN path 'path of the page, without query and fragment',
    COMMENT COLUMN referrer 'where the event''s page was come to from, without query and fragment; an empty text from the site itself or directly',
    COMMENT COLUMN source 'name of that place, such as Google; an empty text is direct',
    COMMENT COLUMN channel 'its group, named as in Google Analytics 4',
    COMMENT COLUMN utm_source 'campaign parameter of the event''s own address',
    COMMENT COLUMN utm_medium 'campaign parameter of the event''s own address',
    COMMENT COLUMN utm_campaign 'campaign parameter of the event''s own address',
    COMMENT COLUMN utm_term 'campaign parameter of the event''s own address',
    COMMENT COLUMN utm_content 'campaign parameter of the event''s own address',
    COMMENT COLUMN device 'Desktop, Mobile, Tablet, TV, Console or Other',
    COMMENT COLUMN browser 'family, such as Chrome',
    COMMENT COLUMN browser_version 'major version',
    COMMENT COLUMN os 'family, such as Android',
    COMMENT COLUMN os_version 'major version',
    COMMENT COLUMN country 'ISO 3166-1 alpha-2, from the address; from the browser''s time zone when no geo database knows it',
    COMMENT COLUMN region 'ISO 3166-2; an empty text until this site, day and region has the site''s small number of visitors',
    COMMENT COLUMN city 'name in English; an empty text until this site, day and city has the site''s small number of visitors',
    COMMENT COLUMN timezone 'IANA name',
    COMMENT COLUMN language 'first subtag, such as az',
    COMMENT COLUMN screen 'class of the screen''s width in CSS pixels',
    COMMENT COLUMN props 'your own properties',
    COMMENT COLUMN revenue 'exact amount; 0 when none was sent',
    COMMENT COLUMN currency 'ISO 4217; an empty text when there is no revenue',
    COMMENT COLUMN interactive 'whether the event ends a bounce',
    COMMENT COLUMN engaged_ms 'engagement only: milliseconds visible and focused since the last one',
    COMMENT COLUMN scroll_depth 'engagement only: deepest part of the page seen, 0 to 100',
    COMMENT COLUMN lcp_ms 'Largest Contentful Paint; NULL when not measured',
    COMMENT COLUMN fcp_ms 'First Contentful Paint',
    COMMENT COLUMN ttfb_ms 'Time to First Byte',
    COMMENT COLUMN inp_ms 'Interaction to Next Paint',
    COMMENT COLUMN cls 'Cumulative Layout Shift';

ALTER TABLE sessions MODIFY COMMENT 'One row for each session: one visitor''s events of one day with no gap of 30 minutes or more. region and city are empty below the site''s small number, as in events.';

ALTER TABLE sessions
    COMMENT COLUMN site 'name of the site',
    COMMENT COLUMN day 'the site''s local day',
    COMMENT COLUMN session 'a hash of the visitor and the session''s first event',
    COMMENT COLUMN visitor 'pseudonym of one browser on one site for one day',
    COMMENT COLUMN started_at 'first event, engagements too, UTC',
    COMMENT COLUMN ended_at 'last event, engagements too, UTC',
    COMMENT COLUMN entry_path 'path of the first event',
    COMMENT COLUMN exit_path 'path of the last pageview',
    COMMENT COLUMN pageviews 'count of pageviews',
    COMMENT COLUMN events 'count of events, all but engagements',
    COMMENT COLUMN is_bounce 'one pageview and no interactive event beside it',
    COMMENT COLUMN duration_s 'seconds from the first to the last event',
    COMMENT COLUMN hostname 'host of the page',
    COMMENT COLUMN referrer 'where the opening page was come to from, without query and fragment; an empty text from the site itself or directly',
    COMMENT COLUMN source 'name of that place, such as Google; an empty text is direct',
    COMMENT COLUMN channel 'its group, named as in Google Analytics 4',
    COMMENT COLUMN utm_source 'campaign parameter of the opening event''s address',
    COMMENT COLUMN utm_medium 'campaign parameter of the opening event''s address',
    COMMENT COLUMN utm_campaign 'campaign parameter of the opening event''s address',
    COMMENT COLUMN utm_term 'campaign parameter of the opening event''s address',
    COMMENT COLUMN utm_content 'campaign parameter of the opening event''s address',
    COMMENT COLUMN device 'Desktop, Mobile, Tablet, TV, Console or Other',
    COMMENT COLUMN browser 'family, such as Chrome',
    COMMENT COLUMN browser_version 'major version',
    COMMENT COLUMN os 'family, such as Android',
    COMMENT COLUMN os_version 'major version',
    COMMENT COLUMN country 'ISO 3166-1 alpha-2, from the address; from the browser''s time zone when no geo database knows it',
    COMMENT COLUMN region 'ISO 3166-2; an empty text until this site, day and region has the site''s small number of visitors',
    COMMENT COLUMN city 'name in English; an empty text until this site, day and city has the site''s small number of visitors',
    COMMENT COLUMN timezone 'IANA name',
    COMMENT COLUMN language 'first subtag, such as az',
    COMMENT COLUMN screen 'class of the screen''s width in CSS pixels';

ALTER TABLE daily MODIFY COMMENT 'The figures of each closed day by dimension and value, as plain sums; an empty dimension is the whole site. Regions and cities below the site''s small number stand together under an empty value.';

ALTER TABLE daily
    COMMENT COLUMN site 'name of the site',
    COMMENT COLUMN day 'the site''s local day, which is closed',
    COMMENT COLUMN dimension 'an empty text is the whole site; else what value is one of, such as page, source or city',
    COMMENT COLUMN value 'one value of the dimension; regions and cities below the small number stand together under an empty text; a city is AZ-BA/Baku',
    COMMENT COLUMN visitors 'visitors of that day with this value',
    COMMENT COLUMN sessions 'sessions with this value',
    COMMENT COLUMN pageviews 'pageviews',
    COMMENT COLUMN events 'events, all but engagements',
    COMMENT COLUMN bounces 'sessions of one pageview with no interactive event beside it',
    COMMENT COLUMN duration_s 'seconds of all sessions together',
    COMMENT COLUMN revenue 'exact amount; stands in rows of its own, whose counts are 0',
    COMMENT COLUMN currency 'ISO 4217; an empty text in rows of counts';

ALTER TABLE dropped MODIFY COMMENT 'Beacons that were well formed and not counted, by hour and reason. Nothing else of them is kept.';

ALTER TABLE dropped
    COMMENT COLUMN site 'name of the site',
    COMMENT COLUMN hour 'start of the hour, UTC',
    COMMENT COLUMN reason 'bot, spam, hostname, path, address, signal, objection, no_consent, no_session or duplicate; shadow:RULE is counted all the same',
    COMMENT COLUMN detail 'names nobody: a bot''s family, a spam host, an excluded pattern',
    COMMENT COLUMN count 'how many beacons';
