-- Inventory risk: inventory turns per category, from the trailing 28 business days.
--
-- COGS of the window × 13 ÷ mean of daily closing inventory at cost. Closing is the last value of a
-- day, carried forward until the next: each row weighs as many days as it stood, none if another of
-- its day follows, so a SKU that is scanned often weighs no more than one that is not. Negative on hand is valued at zero.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
counted AS (
    SELECT sku, business_date,
        CASE WHEN on_hand_qty > 0 THEN on_hand_qty * coalesce(unit_cost, 0) ELSE 0 END AS value,
        lead(business_date) OVER (
            PARTITION BY store_id, sku
            ORDER BY business_date, timestamp_utc, ingested_at, on_hand_qty) AS next_date
    FROM fact_inventory_snapshot
    WHERE business_date <= (SELECT day FROM today)
),
standing AS (
    SELECT sku, value,
        coalesce(next_date, (SELECT day FROM today) + 1)
            - CASE WHEN business_date > (SELECT day FROM today) - 28 THEN business_date
                ELSE (SELECT day FROM today) - 27 END AS days
    FROM counted
),
inventory AS (
    SELECT p.category, sum(s.value * s.days) / 28 AS mean_value
    FROM standing s
    JOIN dim_product p ON p.sku = s.sku
    WHERE s.days > 0
    GROUP BY p.category
),
cogs AS (
    SELECT p.category, sum(f.qty_sold * f.unit_cost) AS amount
    FROM fact_sales f
    JOIN dim_product p ON p.sku = f.sku
    WHERE f.business_date > (SELECT day FROM today) - 28
        AND f.business_date <= (SELECT day FROM today)
        AND NOT f.voided AND f.line_kind IN ('SALE', 'RETURN')
    GROUP BY p.category
)
SELECT i.category,
    round(coalesce(c.amount, 0), 2) AS cogs_28_days,
    round(i.mean_value, 2) AS mean_inventory_at_cost,
    round(coalesce(c.amount, 0) * 13 / nullif(i.mean_value, 0), 2) AS turns_per_year
FROM inventory i
LEFT JOIN cogs c ON c.category = i.category
ORDER BY i.category;
