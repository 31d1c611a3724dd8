-- by_money: revenue of the events that have any, in each currency.
-- params: those of every_session and every_event; dimension; closed_days, read from daily_rows
-- rows:   value, a text for each dimension; currency, ISO 4217; revenue Decimal; of_events, the
--         part of it that events still tell of; events, how many of those had revenue
SELECT
    value,
    of_currency,
    sum(n_revenue)                 AS revenue,
    sumIf(n_revenue, n_events > 0) AS of_events,
    sum(n_events)                  AS events
FROM
(
    SELECT
        /* daily_key */ AS value, toString(currency) AS of_currency, revenue AS n_revenue,
        0 AS n_events
    FROM daily_rows AS d FINAL
    WHERE site = {site:String} AND dimension = {dimension:String}
        AND day IN {closed_days:Array(Date)} AND currency != ''

    UNION ALL

    SELECT /* key */ AS key, toString(currency), sum(revenue), count()
    FROM one_event
    WHERE currency != ''
    GROUP BY key, currency
)
GROUP BY value, of_currency
HAVING revenue != 0 OR events > 0
ORDER BY value, of_currency
