-- Customer behaviour: attach rate between categories over the last 28 business days.
--
-- Attach rate A→B is baskets with A and B ÷ baskets with A. Returns and voided lines take no part.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
held AS (
    SELECT DISTINCT f.basket_id, p.category
    FROM fact_sales f
    JOIN dim_product p ON p.sku = f.sku
    WHERE f.business_date > (SELECT day FROM today) - 28
        AND f.business_date <= (SELECT day FROM today)
        AND NOT f.voided AND f.line_kind = 'SALE' AND f.qty_sold > 0
),
single AS (
    SELECT category, count(*) AS baskets FROM held GROUP BY category
),
pair AS (
    SELECT a.category AS category_a, b.category AS category_b, count(*) AS baskets
    FROM held a
    JOIN held b ON b.basket_id = a.basket_id AND b.category <> a.category
    GROUP BY a.category, b.category
)
SELECT p.category_a, p.category_b,
    s.baskets AS baskets_with_a,
    p.baskets AS baskets_with_both,
    round(100.0 * p.baskets / s.baskets, 2) AS attach_rate_percent
FROM pair p
JOIN single s ON s.category = p.category_a
ORDER BY attach_rate_percent DESC, p.category_a, p.category_b;
