-- Store performance: revenue today against target, with pace, per store.
--
-- Revenue is the sum of net_amount over lines that are not voided, of kind SALE or RETURN. Stores
-- with a target and no sale count. Pace is revenue ÷ (target × share of the day usually sold by this
-- local minute), as per cent. "Today" is the latest business day in the data, and "this minute" the
-- latest one that any store of the same time zone has reported. last_week is the same store seven
-- days earlier, up to the same minute of the business day.
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
sales AS (
    SELECT store_id, sum(net_amount) AS revenue
    FROM fact_sales
    WHERE business_date = (SELECT day FROM today)
        AND NOT voided AND line_kind IN ('SALE', 'RETURN')
    GROUP BY store_id
),
week_ago AS (
    SELECT f.store_id, sum(f.net_amount) AS revenue
    FROM fact_sales f
    JOIN dim_store s ON s.store_id = f.store_id
    JOIN zone_clock c ON c.timezone = s.timezone
    WHERE f.business_date = (SELECT day FROM today) - 7
        AND (f.local_minute - s.cutoff_hour * 60 + 1440) % 1440 <= c.day_minute
        AND NOT f.voided AND f.line_kind IN ('SALE', 'RETURN')
    GROUP BY f.store_id
),
goal AS (
    SELECT t.store_id, t.amount,
        sum(t.amount * h.share * CASE
            WHEN c.day_minute + 1 >= (h.local_hour - s.cutoff_hour + 24) % 24 * 60 + 60 THEN 60
            WHEN c.day_minute + 1 <= (h.local_hour - s.cutoff_hour + 24) % 24 * 60 THEN 0
            ELSE c.day_minute + 1 - (h.local_hour - s.cutoff_hour + 24) % 24 * 60
        END / 60) AS amount_by_now
    FROM fact_target t
    JOIN dim_store s ON s.store_id = t.store_id
    JOIN dim_hour_share h ON h.curve_id = t.curve_id
    LEFT JOIN zone_clock c ON c.timezone = s.timezone
    WHERE t.business_date = (SELECT day FROM today)
    GROUP BY t.store_id, t.amount
)
SELECT s.region, g.store_id, s.manager,
    round(coalesce(a.revenue, 0), 2) AS revenue,
    round(g.amount, 2) AS target,
    round(100 * coalesce(a.revenue, 0) / nullif(g.amount, 0), 1) AS percent_of_target,
    round(100 * coalesce(a.revenue, 0) / nullif(g.amount_by_now, 0), 1) AS pace,
    round(w.revenue, 2) AS last_week
FROM goal g
JOIN dim_store s ON s.store_id = g.store_id
LEFT JOIN sales a ON a.store_id = g.store_id
LEFT JOIN week_ago w ON w.store_id = g.store_id
ORDER BY s.region, g.store_id;
