-- shown_places: the regions and cities that had a site's small number of visitors on a day.
-- Views for analysts show a region or city only when it stands here.  city '' is the region.
CREATE TABLE IF NOT EXISTS shown_places
(
    site     LowCardinality(String),
    day      Date,
    country  LowCardinality(String),
    region   LowCardinality(String),
    city     LowCardinality(String),
    shown_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(shown_at)
PARTITION BY toYear(day)
ORDER BY (site, day, country, region, city);
