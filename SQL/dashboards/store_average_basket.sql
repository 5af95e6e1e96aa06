-- Store performance: the average basket today, in money and in items, per region.
--
-- Money is Σ net ÷ baskets, items Σ qty ÷ baskets, over baskets with at least one positive line;
-- voided and non-merchandise lines are left out.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
basket AS (
    SELECT store_id, basket_id, sum(net_amount) AS net, sum(qty_sold) AS qty
    FROM fact_sales
    WHERE business_date = (SELECT day FROM today)
        AND NOT voided AND line_kind IN ('SALE', 'RETURN')
    GROUP BY store_id, basket_id
    HAVING count(*) FILTER (WHERE qty_sold > 0) > 0
)
SELECT s.region, s.currency,
    count(*) AS baskets,
    round(sum(b.net) / count(*), 2) AS average_basket,
    round(sum(b.qty) / count(*), 2) AS items_per_basket
FROM basket b
JOIN dim_store s ON s.store_id = b.store_id
GROUP BY s.region, s.currency
ORDER BY s.region, s.currency;
