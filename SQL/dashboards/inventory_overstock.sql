-- Inventory risk: overstock, the hundred that bind the most money.
--
-- Days of cover (on hand ÷ mean daily units of the last 30 days) above the greater of 60 and twice
-- the lead time, or no sale in 60 days with stock on hand. The mean is never divided out before it
-- is compared, so that exactly 60 days are not above 60.
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
            AS last_30_days,
        max(f.business_date) FILTER (
            WHERE f.qty_sold > 0 AND f.business_date > (SELECT day FROM today) - 60)
            AS last_sold_on
    FROM fact_sales f
    JOIN counted c ON c.store_id = f.store_id AND c.sku = f.sku
    WHERE (f.business_date > (SELECT day FROM today) - 60 OR f.timestamp_utc > c.timestamp_utc)
        AND NOT f.voided AND f.line_kind IN ('SALE', 'RETURN')
    GROUP BY f.store_id, f.sku
),
stock AS (
    SELECT c.store_id, c.sku, k.lead_time_days, k.listed_on, s.last_sold_on,
        c.on_hand_qty + coalesce(m.qty, 0) - coalesce(s.since_count, 0) AS on_hand,
        coalesce(s.last_30_days, 0) AS units,
        CASE
            WHEN (SELECT day FROM today) - k.listed_on + 1 >= 30 THEN 30
            WHEN (SELECT day FROM today) - k.listed_on + 1 < 1 THEN 1
            ELSE (SELECT day FROM today) - k.listed_on + 1
        END AS days,
        CASE WHEN 2 * k.lead_time_days > 60 THEN 2 * k.lead_time_days ELSE 60 END AS cover_limit
    FROM counted c
    JOIN dim_store_sku k ON k.store_id = c.store_id AND k.sku = c.sku
    LEFT JOIN moved m ON m.store_id = c.store_id AND m.sku = c.sku
    LEFT JOIN sold s ON s.store_id = c.store_id AND s.sku = c.sku
    WHERE k.status = 'ACTIVE'
)
SELECT t.store_id, d.region, t.sku, p.category, p.name, t.on_hand,
    round(t.on_hand * p.cost, 2) AS value_at_cost,
    CASE WHEN t.units > 0 THEN round(t.on_hand * t.days / t.units, 0) END AS days_of_cover,
    t.cover_limit, t.last_sold_on,
    CASE WHEN t.last_sold_on IS NULL THEN 'DEAD' ELSE 'OVER' END AS risk_flag
FROM stock t
JOIN dim_store d ON d.store_id = t.store_id
JOIN dim_product p ON p.sku = t.sku
WHERE t.on_hand > 0
    AND (d.closed_on IS NULL OR d.closed_on > (SELECT day FROM today))
    AND ((t.last_sold_on IS NULL AND t.listed_on <= (SELECT day FROM today) - 60)
        OR (t.units > 0 AND t.on_hand * t.days > t.cover_limit * t.units)
        OR (t.units <= 0 AND t.last_sold_on IS NOT NULL))
ORDER BY value_at_cost DESC NULLS LAST, t.store_id, t.sku
LIMIT 100;
