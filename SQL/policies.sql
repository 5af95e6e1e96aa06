-- Store managers see only their stores: bridge_manager_store says which, from when to when.
--
-- Passwords are not kept in files: the administrator gives them with
--     ALTER ROLE manager_01 PASSWORD '…';

CREATE ROLE manager_01 LOGIN;
CREATE ROLE manager_02 LOGIN;
CREATE ROLE analyst LOGIN;

-- The bridge: a manager sees their own rows of it. Nobody but the administrator may change it, or a
-- manager could hand themselves every store.
ALTER TABLE bridge_manager_store ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_bridge_rows ON bridge_manager_store FOR SELECT
    USING (manager = current_user OR current_user = 'analyst');

ALTER TABLE dim_store ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON dim_store FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE dim_store_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON dim_store_history FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE dim_store_sku ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON dim_store_sku FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE fact_sales ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON fact_sales FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE fact_inventory_snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON fact_inventory_snapshot FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE fact_inventory_movement ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON fact_inventory_movement FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE fact_loyalty_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON fact_loyalty_event FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE fact_target ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON fact_target FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE alert_episode ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON alert_episode FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

ALTER TABLE feed_watermark ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_stores ON feed_watermark FOR SELECT
    USING (current_user = 'analyst' OR store_id IN (
        SELECT b.store_id FROM bridge_manager_store b
        WHERE b.manager = current_user AND b.valid_from <= current_date
            AND (b.valid_to IS NULL OR b.valid_to > current_date)));

-- Members are seen by the analyst alone.
GRANT SELECT ON dim_store, dim_store_history, dim_product, dim_product_history, dim_calendar,
    dim_store_sku, dim_hour_share, bridge_manager_store, fact_sales, fact_inventory_snapshot,
    fact_inventory_movement, fact_loyalty_event, fact_target, alert_episode, feed_watermark
    TO manager_01, manager_02, analyst;
GRANT SELECT ON dim_member TO analyst;
