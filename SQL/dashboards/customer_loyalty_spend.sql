-- Customer behaviour: loyalty spend per visit over the last 28 business days, per region.
--
-- Members' net sales ÷ members' visits. A visit is a basket; baskets of one member in one store
-- within 30 minutes of each other merge. Penetration is the members' share of all net sales.
WITH today AS (
    SELECT max(business_date) AS day FROM fact_sales
),
basket AS (
    SELECT store_id, basket_id, member_id, min(timestamp_utc) AS began, sum(net_amount) AS net
    FROM fact_sales
    WHERE business_date > (SELECT day FROM today) - 28
        AND business_date <= (SELECT day FROM today)
        AND NOT voided AND line_kind IN ('SALE', 'RETURN')
    GROUP BY store_id, basket_id, member_id
),
sequenced AS (
    SELECT store_id, net, began,
        lag(began) OVER (PARTITION BY member_id, store_id ORDER BY began, basket_id) AS previous
    FROM basket
    WHERE member_id IS NOT NULL
),
members AS (
    SELECT store_id, sum(net) AS net,
        count(*) FILTER (
            WHERE previous IS NULL OR began - previous > interval '30 minutes') AS visits
    FROM sequenced
    GROUP BY store_id
),
everyone AS (
    SELECT store_id, sum(net) AS net FROM basket GROUP BY store_id
)
SELECT s.region, s.currency,
    coalesce(sum(m.visits), 0) AS member_visits,
    round(sum(m.net), 2) AS member_net_sales,
    round(sum(m.net) / nullif(sum(m.visits), 0), 2) AS spend_per_visit,
    round(100 * coalesce(sum(m.net), 0) / nullif(sum(e.net), 0), 2) AS penetration_percent
FROM everyone e
JOIN dim_store s ON s.store_id = e.store_id
LEFT JOIN members m ON m.store_id = e.store_id
GROUP BY s.region, s.currency
ORDER BY s.region, s.currency;
