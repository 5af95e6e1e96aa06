-- The star schema of the retail warehouse.
--
-- Facts carry store_key and product_key as of event time; dim_store and dim_product hold the current
-- row of each store and product, so a join by store_id or sku never fans out. Their earlier rows
-- stand in dim_store_history and dim_product_history, one row a key.
--
-- Every statement is PostgreSQL 15's grammar; the storage options of Storehouse stand alone behind
-- the closing parenthesis, so PostgreSQL itself takes the file after
--     sed 's/^) WITH (.*);/);/' SQL/schema.sql

CREATE SCHEMA IF NOT EXISTS storehouse;

-- Dimensions ------------------------------------------------------------------------------------

CREATE TABLE dim_store (
    store_id varchar(16) PRIMARY KEY,
    store_key integer NOT NULL,
    region varchar(32) NOT NULL,
    manager varchar(63),
    timezone varchar(64) NOT NULL,
    name varchar(64) NOT NULL,
    currency char(3) NOT NULL,
    cutoff_hour smallint NOT NULL,
    opened_on date,
    closed_on date,
    inferred boolean NOT NULL,
    valid_from timestamptz NOT NULL
) WITH (sort_key = 'store_id');

CREATE TABLE dim_store_history (
    store_key integer PRIMARY KEY,
    store_id varchar(16) NOT NULL,
    region varchar(32) NOT NULL,
    manager varchar(63),
    timezone varchar(64) NOT NULL,
    name varchar(64) NOT NULL,
    currency char(3) NOT NULL,
    cutoff_hour smallint NOT NULL,
    opened_on date,
    closed_on date,
    inferred boolean NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz
) WITH (sort_key = 'store_key');

CREATE TABLE dim_product (
    sku varchar(32) PRIMARY KEY,
    product_key integer NOT NULL,
    category varchar(32) NOT NULL,
    cost numeric(18,4),
    brand varchar(48),
    name varchar(96) NOT NULL,
    list_price numeric(18,4),
    gtin varchar(14),
    inferred boolean NOT NULL,
    valid_from timestamptz NOT NULL
) WITH (sort_key = 'sku');

CREATE TABLE dim_product_history (
    product_key integer PRIMARY KEY,
    sku varchar(32) NOT NULL,
    category varchar(32) NOT NULL,
    cost numeric(18,4),
    brand varchar(48),
    name varchar(96) NOT NULL,
    list_price numeric(18,4),
    gtin varchar(14),
    inferred boolean NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz
) WITH (sort_key = 'product_key');

-- The 4-5-4 retail calendar; day_of_week 1 is Monday. A fiscal year begins on a Sunday.
CREATE TABLE dim_calendar (
    date_key date PRIMARY KEY,
    day_of_week smallint NOT NULL,
    week_num smallint NOT NULL,
    fiscal_period smallint NOT NULL,
    fiscal_year smallint NOT NULL,
    fiscal_quarter smallint NOT NULL,
    day_name varchar(9) NOT NULL,
    calendar_month smallint NOT NULL,
    same_day_last_week date NOT NULL,
    same_day_last_year date NOT NULL
) WITH (sort_key = 'date_key');

-- Pseudonymous: nothing here says who a member is.
CREATE TABLE dim_member (
    member_id varchar(64) PRIMARY KEY,
    home_store_id varchar(16),
    tier varchar(16) NOT NULL,
    enrolled_on date NOT NULL
) WITH (sort_key = 'member_id');

CREATE TABLE dim_store_sku (
    store_id varchar(16) NOT NULL,
    sku varchar(32) NOT NULL,
    lead_time_days smallint NOT NULL,
    safety_stock numeric(12,3) NOT NULL,
    reorder_point numeric(12,3) NOT NULL,
    max_stock numeric(12,3) NOT NULL,
    status varchar(12) NOT NULL,
    listed_on date NOT NULL,
    PRIMARY KEY (store_id, sku)
) WITH (sort_key = 'store_id, sku');

-- What share of a day's sales falls into each local hour, and how much falls before it.
CREATE TABLE dim_hour_share (
    curve_id smallint NOT NULL,
    local_hour smallint NOT NULL,
    share numeric(9,8) NOT NULL,
    share_before numeric(9,8) NOT NULL,
    PRIMARY KEY (curve_id, local_hour)
) WITH (sort_key = 'curve_id, local_hour');

-- Which manager sees which store, from valid_from to the day before valid_to.
CREATE TABLE bridge_manager_store (
    manager varchar(63) NOT NULL,
    store_id varchar(16) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    PRIMARY KEY (manager, store_id, valid_from)
) WITH (sort_key = 'manager, store_id');

-- Facts -----------------------------------------------------------------------------------------

-- unit_price is net of line and allocated basket discounts, before tax; net_amount is the exact
-- amount. gross_margin is money, NULL where the cost is unknown. local_minute counts from the
-- store's local midnight. flags: 1 totals differ, 2 clock skew, 4 sender's business_date replaced,
-- 8 inferred store, 16 inferred product.
CREATE TABLE fact_sales (
    timestamp_utc timestamptz NOT NULL,
    store_id varchar(16) NOT NULL,
    sku varchar(32) NOT NULL,
    qty_sold numeric(12,3) NOT NULL,
    unit_price numeric(18,4) NOT NULL,
    gross_margin numeric(18,4),
    basket_id varchar(96) NOT NULL,
    store_key integer NOT NULL,
    product_key integer NOT NULL,
    business_date date NOT NULL,
    local_minute smallint NOT NULL,
    line_no integer NOT NULL,
    line_kind varchar(9) NOT NULL,
    voided boolean NOT NULL,
    net_amount numeric(18,4) NOT NULL,
    list_price numeric(18,4),
    discount numeric(18,4) NOT NULL,
    tax numeric(18,4) NOT NULL,
    unit_cost numeric(18,4),
    currency char(3) NOT NULL,
    member_id varchar(64),
    orig_basket_id varchar(96),
    orig_line_no integer,
    source varchar(256) NOT NULL,
    event_id varchar(256) NOT NULL,
    version integer NOT NULL,
    flags smallint NOT NULL,
    ingested_at timestamptz NOT NULL
) WITH (sort_key = 'business_date, store_id');

CREATE TABLE fact_inventory_snapshot (
    timestamp_utc timestamptz NOT NULL,
    store_id varchar(16) NOT NULL,
    sku varchar(32) NOT NULL,
    on_hand_qty numeric(12,3) NOT NULL,
    reorder_point numeric(12,3),
    risk_flag varchar(8) NOT NULL,
    store_key integer NOT NULL,
    product_key integer NOT NULL,
    business_date date NOT NULL,
    unit_cost numeric(18,4),
    source varchar(256) NOT NULL,
    event_id varchar(256) NOT NULL,
    flags smallint NOT NULL,
    ingested_at timestamptz NOT NULL
) WITH (sort_key = 'business_date, store_id');

-- qty is signed: RECEIVE and TRANSFER_IN add, TRANSFER_OUT and WASTE take away, ADJUST does either.
CREATE TABLE fact_inventory_movement (
    timestamp_utc timestamptz NOT NULL,
    store_id varchar(16) NOT NULL,
    sku varchar(32) NOT NULL,
    kind varchar(12) NOT NULL,
    qty numeric(12,3) NOT NULL,
    store_key integer NOT NULL,
    product_key integer NOT NULL,
    business_date date NOT NULL,
    unit_cost numeric(18,4),
    source varchar(256) NOT NULL,
    event_id varchar(256) NOT NULL,
    flags smallint NOT NULL,
    ingested_at timestamptz NOT NULL
) WITH (sort_key = 'business_date, store_id');

CREATE TABLE fact_loyalty_event (
    timestamp_utc timestamptz NOT NULL,
    member_id varchar(64) NOT NULL,
    kind varchar(8) NOT NULL,
    points bigint NOT NULL,
    store_id varchar(16),
    store_key integer,
    basket_id varchar(96),
    business_date date NOT NULL,
    source varchar(256) NOT NULL,
    event_id varchar(256) NOT NULL,
    flags smallint NOT NULL,
    ingested_at timestamptz NOT NULL
) WITH (sort_key = 'business_date, store_id');

-- A store that is closed on a day has no row for it.
CREATE TABLE fact_target (
    store_id varchar(16) NOT NULL,
    business_date date NOT NULL,
    amount numeric(18,4) NOT NULL,
    store_key integer NOT NULL,
    curve_id smallint NOT NULL,
    PRIMARY KEY (store_id, business_date)
) WITH (sort_key = 'business_date, store_id');

-- Operations ------------------------------------------------------------------------------------

-- An episode per (store, sku, rule): PENDING, FIRING, ACKNOWLEDGED, SNOOZED, RESOLVED.
CREATE TABLE alert_episode (
    episode_id bigint PRIMARY KEY,
    store_id varchar(16) NOT NULL,
    sku varchar(32) NOT NULL,
    rule varchar(32) NOT NULL,
    state varchar(12) NOT NULL,
    opened_at timestamptz NOT NULL,
    fired_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by varchar(63),
    snoozed_until timestamptz,
    resolved_at timestamptz,
    on_hand_qty numeric(12,3),
    reorder_point numeric(12,3)
) WITH (sort_key = 'store_id, sku');

-- How far each store's feed has come.
CREATE TABLE feed_watermark (
    store_id varchar(16) PRIMARY KEY,
    through timestamptz NOT NULL,
    last_received_at timestamptz NOT NULL
) WITH (sort_key = 'store_id');

-- Every event that was ever acknowledged, once.
CREATE TABLE storehouse.event_receipt (
    source text NOT NULL,
    id text NOT NULL,
    received_at timestamptz NOT NULL,
    outcome varchar(12) NOT NULL,
    PRIMARY KEY (source, id)
) WITH (sort_key = 'received_at');

-- Events that could be parsed and not used: why, where, and the bytes as they came, card data
-- redacted.
CREATE TABLE storehouse.quarantine (
    received_at timestamptz NOT NULL,
    source text,
    id text,
    reason varchar(48) NOT NULL,
    detail text NOT NULL,
    path text NOT NULL,
    raw text NOT NULL
) WITH (sort_key = 'received_at');
