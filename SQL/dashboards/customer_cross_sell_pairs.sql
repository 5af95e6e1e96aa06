-- Customer behaviour: top cross-sell pairs over the last 28 business days.
--
-- support = n_ab ÷ N, confidence = n_ab ÷ n_a, lift = n_ab·N ÷ (n_a·n_b). Pairs seen in at least 20
-- baskets, ranked by count among those with lift > 1.2. Returns and voided lines take no part.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
held AS (
    SELECT DISTINCT basket_id, sku
    FROM fact_sales
    WHERE business_date > (SELECT day FROM today) - 28
        AND business_date <= (SELECT day FROM today)
        AND NOT voided AND line_kind = 'SALE' AND qty_sold > 0
),
total AS (
    SELECT count(DISTINCT basket_id) AS baskets FROM held
),
single AS (
    SELECT sku, count(*) AS baskets FROM held GROUP BY sku HAVING count(*) >= 20
),
pair AS (
    SELECT a.sku AS sku_a, b.sku AS sku_b, count(*) AS baskets
    FROM held a
    JOIN held b ON b.basket_id = a.basket_id AND b.sku > a.sku
    GROUP BY a.sku, b.sku
    HAVING count(*) >= 20
)
SELECT p.sku_a, pa.name AS name_a, p.sku_b, pb.name AS name_b,
    p.baskets AS baskets_with_both,
    round(100.0 * p.baskets / (SELECT baskets FROM total), 3) AS support_percent,
    round(100.0 * p.baskets / a.baskets, 2) AS confidence_percent,
    round(p.baskets * 1.0 * (SELECT baskets FROM total) / (a.baskets * b.baskets), 3) AS lift
FROM pair p
JOIN single a ON a.sku = p.sku_a
JOIN single b ON b.sku = p.sku_b
JOIN dim_product pa ON pa.sku = p.sku_a
JOIN dim_product pb ON pb.sku = p.sku_b
WHERE p.baskets * 1.0 * (SELECT baskets FROM total) > 1.2 * a.baskets * b.baskets
ORDER BY p.baskets DESC, p.sku_a, p.sku_b
LIMIT 50;
