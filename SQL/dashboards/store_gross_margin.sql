-- Store performance: gross margin per cent of the last 28 business days, per category.
--
-- Σ gross_margin ÷ Σ net_amount. Lines of unknown cost are left out of both sums; coverage says
-- which share of the revenue has a known cost.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
)
SELECT p.category,
    round(sum(f.net_amount), 2) AS revenue,
    round(sum(f.gross_margin), 2) AS gross_margin,
    round(100 * sum(f.gross_margin) / nullif(
        sum(f.net_amount) FILTER (WHERE f.gross_margin IS NOT NULL), 0), 2) AS margin_percent,
    round(100 * coalesce(sum(f.net_amount) FILTER (WHERE f.gross_margin IS NOT NULL), 0)
        / nullif(sum(f.net_amount), 0), 2) AS coverage_percent
FROM fact_sales f
JOIN dim_product p ON p.sku = f.sku
WHERE f.business_date > (SELECT day FROM today) - 28
    AND f.business_date <= (SELECT day FROM today)
    AND NOT f.voided AND f.line_kind IN ('SALE', 'RETURN')
GROUP BY p.category
ORDER BY p.category;
