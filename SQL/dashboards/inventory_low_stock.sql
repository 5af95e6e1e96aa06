-- Inventory risk: low stock, the hundred most urgent.
--
-- Active SKUs whose latest on_hand is at or below the reorder point. On hand is the last count plus
-- later movements, less what was sold since. Days left is on hand ÷ mean daily units of the last 30
-- days, fewer for items listed since.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
ranked AS (
    SELECT store_id, sku, timestamp_utc, on_hand_qty,
        row_number() OVER (
            PARTITION BY store_id, sku ORDER BY timestamp_utc DESC, ingested_at DESC, on_hand_qty DESC) AS place
    FROM fact_inventory_snapshot
),
counted AS (
    SELECT store_id, sku, timestamp_utc, on_hand_qty FROM ranked WHERE place = 1
),
moved AS (
    SELECT c.store_id, c.sku, sum(m.qty) AS qty
    FROM counted c
    JOIN fact_inventory_movement m ON m.store_id = c.store_id AND m.sku = c.sku
    WHERE m.timestamp_utc > c.timestamp_utc
    GROUP BY c.store_id, c.sku
),
sold AS (
    SELECT f.store_id, f.sku,
        sum(f.qty_sold) FILTER (WHERE f.timestamp_utc > c.timestamp_utc) AS since_count,
        sum(f.qty_sold) FILTER (WHERE f.business_date > (SELECT day FROM today) - 30)
            AS last_30_days
    FROM fact_sales f
    JOIN counted c ON c.store_id = f.store_id AND c.sku = f.sku
    WHERE (f.business_date > (SELECT day FROM today) - 30 OR f.timestamp_utc > c.timestamp_utc)
        AND NOT f.voided AND f.line_kind IN ('SALE', 'RETURN')
    GROUP BY f.store_id, f.sku
),
stock AS (
    SELECT c.store_id, c.sku, k.reorder_point, k.lead_time_days,
        c.on_hand_qty + coalesce(m.qty, 0) - coalesce(s.since_count, 0) AS on_hand,
        coalesce(s.last_30_days, 0) / CASE
            WHEN (SELECT day FROM today) - k.listed_on + 1 >= 30 THEN 30
            WHEN (SELECT day FROM today) - k.listed_on + 1 < 1 THEN 1
            ELSE (SELECT day FROM today) - k.listed_on + 1
        END AS daily_units
    FROM counted c
    JOIN dim_store_sku k ON k.store_id = c.store_id AND k.sku = c.sku
    LEFT JOIN moved m ON m.store_id = c.store_id AND m.sku = c.sku
    LEFT JOIN sold s ON s.store_id = c.store_id AND s.sku = c.sku
    WHERE k.status = 'ACTIVE'
)
SELECT t.store_id, d.region, d.manager, t.sku, p.category, p.name,
    t.on_hand, t.reorder_point, t.lead_time_days,
    CASE WHEN t.on_hand < 0 THEN 'NEGATIVE' WHEN t.on_hand = 0 THEN 'OUT' ELSE 'LOW' END
        AS risk_flag,
    CASE WHEN t.on_hand <= 0 THEN 0
        WHEN t.daily_units > 0 THEN round(t.on_hand / t.daily_units, 1) END AS days_left
FROM stock t
JOIN dim_store d ON d.store_id = t.store_id
JOIN dim_product p ON p.sku = t.sku
WHERE t.on_hand <= t.reorder_point
    AND (d.closed_on IS NULL OR d.closed_on > (SELECT day FROM today))
ORDER BY days_left NULLS LAST, t.on_hand, t.store_id, t.sku
LIMIT 100;
