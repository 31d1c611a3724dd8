-- What retention takes from the documented views, said where tools show it.  The days are the
-- defaults; a site may say others (`footfall site show`).
ALTER TABLE events MODIFY COMMENT 'One row for each accepted event, engagements too. region and city are empty until that site, day and value has the site''s small number of visitors, and again after 30 days; visitor, session and page_id are 0 after 60 days, and rows go after 180, unless the site says otherwise. Rows under a hold are not here.';

ALTER TABLE events
    COMMENT COLUMN visitor 'pseudonym of one browser on one site for one day; 0 is nobody, and everybody once the site''s ids are past their time (60 days unless it says otherwise)',
    COMMENT COLUMN session 'the visitor''s session; 0 is nobody''s, and everybody''s once the site''s ids are past their time (60 days unless it says otherwise)',
    COMMENT COLUMN page_id 'hash of one page load''s random id; joins an engagement to its pageview; 0 when none was sent, and once the site''s ids are past their time (60 days unless it says otherwise)',
    COMMENT COLUMN region 'ISO 3166-2; an empty text until this site, day and region has the site''s small number of visitors, and once the site''s cities are past their time (30 days unless it says otherwise)',
    COMMENT COLUMN city 'name in English; an empty text until this site, day and city has the site''s small number of visitors, and once the site''s cities are past their time (30 days unless it says otherwise)';

ALTER TABLE sessions MODIFY COMMENT 'One row for each session: one visitor''s events of one day with no gap of 30 minutes or more. region and city are empty below the site''s small number, as in events, and after 30 days; sessions go after 60 days, unless the site says otherwise.';

ALTER TABLE sessions
    COMMENT COLUMN region 'ISO 3166-2; an empty text until this site, day and region has the site''s small number of visitors, and once the site''s cities are past their time (30 days unless it says otherwise)',
    COMMENT COLUMN city 'name in English; an empty text until this site, day and city has the site''s small number of visitors, and once the site''s cities are past their time (30 days unless it says otherwise)';

ALTER TABLE daily MODIFY COMMENT 'The figures of each closed day by dimension and value, as plain sums; an empty dimension is the whole site. Regions and cities below the site''s small number stand together under an empty value. Kept for good; when a day''s events go (after 180 days unless the site says otherwise), small values fold into (other).';

ALTER TABLE daily
    COMMENT COLUMN value 'one value of the dimension; regions and cities below the small number stand together under an empty text; a city is AZ-BA/Baku; (other) is what folded when the day''s events went';

ALTER TABLE dropped MODIFY COMMENT 'Beacons that were well formed and not counted, by hour and reason. Nothing else of them is kept; counts go after 365 days unless the site says otherwise.';
