-- Store performance: regional heatmap, region × local hour of today, each store's own.
--
-- index_percent is actual ÷ (target × hour share), centred on 100. Only hours that have begun in the
-- store's time zone are shown; the running hour is measured by the minutes that have passed.
WITH hourly AS (
    -- Business days begin at other moments in other zones, and with other cut-offs: the two latest
    -- hold today, wherever it is.
    SELECT store_id, business_date, local_minute / 60 AS local_hour,
        max(local_minute) AS last_minute,
        sum(net_amount) FILTER (WHERE NOT voided AND line_kind IN ('SALE', 'RETURN')) AS amount
    FROM fact_sales
    WHERE business_date >= (SELECT max(business_date) FROM fact_sales) - 1
    GROUP BY store_id, business_date, local_minute / 60
),
sold AS (
    SELECT s.region, s.timezone, s.cutoff_hour, h.business_date, h.local_hour, h.amount,
        (h.last_minute - s.cutoff_hour * 60 + 1440) % 1440 AS day_minute
    FROM hourly h
    JOIN dim_store s ON s.store_id = h.store_id
),
today AS (
    SELECT timezone, cutoff_hour, max(business_date) AS day
    FROM sold
    GROUP BY timezone, cutoff_hour
),
zone_clock AS (
    SELECT t.timezone, t.cutoff_hour, t.day, max(h.day_minute) AS day_minute
    FROM sold h
    JOIN today t ON t.timezone = h.timezone AND t.cutoff_hour = h.cutoff_hour
    WHERE h.business_date = t.day
    GROUP BY t.timezone, t.cutoff_hour, t.day
),
expected AS (
    SELECT s.region, h.local_hour,
        sum(t.amount * h.share * CASE
            WHEN c.day_minute + 1 >= (h.local_hour - s.cutoff_hour + 24) % 24 * 60 + 60 THEN 60
            ELSE c.day_minute + 1 - (h.local_hour - s.cutoff_hour + 24) % 24 * 60
        END / 60) AS amount
    FROM fact_target t
    JOIN dim_store s ON s.store_id = t.store_id
    JOIN zone_clock c ON c.timezone = s.timezone AND c.cutoff_hour = s.cutoff_hour
    JOIN dim_hour_share h ON h.curve_id = t.curve_id
    WHERE t.business_date = c.day
        AND (h.local_hour - s.cutoff_hour + 24) % 24 * 60 <= c.day_minute
    GROUP BY s.region, h.local_hour
),
actual AS (
    SELECT h.region, h.local_hour, sum(h.amount) AS amount
    FROM sold h
    JOIN today t ON t.timezone = h.timezone AND t.cutoff_hour = h.cutoff_hour
    WHERE h.business_date = t.day
    GROUP BY h.region, h.local_hour
)
SELECT e.region, e.local_hour,
    round(coalesce(a.amount, 0), 2) AS revenue,
    round(e.amount, 2) AS expected,
    round(100 * coalesce(a.amount, 0) / nullif(e.amount, 0), 1) AS index_percent
FROM expected e
LEFT JOIN actual a ON a.region = e.region AND a.local_hour = e.local_hour
WHERE e.amount > 0
ORDER BY e.region, e.local_hour;
