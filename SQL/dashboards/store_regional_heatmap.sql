-- Store performance: regional heatmap, region × local hour of today.
--
-- index_percent is actual ÷ (target × hour share), centred on 100. Only hours that have begun in the
-- store's time zone are shown; the running hour is measured by the minutes that have passed.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
zone_clock AS (
    SELECT s.timezone,
        max((f.local_minute - s.cutoff_hour * 60 + 1440) % 1440) AS day_minute
    FROM fact_sales f
    JOIN dim_store s ON s.store_id = f.store_id
    WHERE f.business_date = (SELECT day FROM today)
    GROUP BY s.timezone
),
expected AS (
    SELECT s.region, h.local_hour,
        sum(t.amount * h.share * CASE
            WHEN c.day_minute + 1 >= (h.local_hour - s.cutoff_hour + 24) % 24 * 60 + 60 THEN 60
            ELSE c.day_minute + 1 - (h.local_hour - s.cutoff_hour + 24) % 24 * 60
        END / 60) AS amount
    FROM fact_target t
    JOIN dim_store s ON s.store_id = t.store_id
    JOIN zone_clock c ON c.timezone = s.timezone
    JOIN dim_hour_share h ON h.curve_id = t.curve_id
    WHERE t.business_date = (SELECT day FROM today)
        AND (h.local_hour - s.cutoff_hour + 24) % 24 * 60 <= c.day_minute
    GROUP BY s.region, h.local_hour
),
actual AS (
    SELECT s.region, f.local_minute / 60 AS local_hour, sum(f.net_amount) AS amount
    FROM fact_sales f
    JOIN dim_store s ON s.store_id = f.store_id
    WHERE f.business_date = (SELECT day FROM today)
        AND NOT f.voided AND f.line_kind IN ('SALE', 'RETURN')
    GROUP BY s.region, f.local_minute / 60
)
SELECT e.region, e.local_hour,
    round(coalesce(a.amount, 0), 2) AS revenue,
    round(e.amount, 2) AS expected,
    round(100 * coalesce(a.amount, 0) / nullif(e.amount, 0), 1) AS index_percent
FROM expected e
LEFT JOIN actual a ON a.region = e.region AND a.local_hour = e.local_hour
WHERE e.amount > 0
ORDER BY e.region, e.local_hour;
