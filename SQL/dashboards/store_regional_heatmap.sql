-- Store performance: regional heatmap, region × local hour of today, each store's own.
--
-- index_percent is actual ÷ (target × hour share), centred on 100. Only hours that have begun in the
-- store's time zone are shown; the running hour is measured by the minutes that have passed.
WITH today AS (
    -- Business days begin at other moments in other zones, and with other cut-offs.
    SELECT s.timezone, s.cutoff_hour, max(f.business_date) AS day
    FROM fact_sales f
    JOIN dim_store s ON s.store_id = f.store_id
    GROUP BY s.timezone, s.cutoff_hour
),
zone_clock AS (
    SELECT t.timezone, t.cutoff_hour, t.day,
        max((f.local_minute - s.cutoff_hour * 60 + 1440) % 1440) AS day_minute
    FROM fact_sales f
    JOIN dim_store s ON s.store_id = f.store_id
    JOIN today t ON t.timezone = s.timezone AND t.cutoff_hour = s.cutoff_hour
    WHERE f.business_date = t.day
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
    SELECT s.region, f.local_minute / 60 AS local_hour, sum(f.net_amount) AS amount
    FROM fact_sales f
    JOIN dim_store s ON s.store_id = f.store_id
    JOIN today t ON t.timezone = s.timezone AND t.cutoff_hour = s.cutoff_hour
    WHERE f.business_date = t.day
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
