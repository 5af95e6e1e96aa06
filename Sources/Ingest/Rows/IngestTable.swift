import Vectors

/// The tables that ingest writes. Columns stand in the order of `SQL/schema.sql`, which a test compares.
package enum IngestTable: String, Sendable, CaseIterable {
    case sales = "fact_sales"
    case snapshot = "fact_inventory_snapshot"
    case movement = "fact_inventory_movement"
    case loyalty = "fact_loyalty_event"
    case store = "dim_store"
    case storeHistory = "dim_store_history"
    case product = "dim_product"
    case productHistory = "dim_product_history"
    case member = "dim_member"
    case watermark = "feed_watermark"
    case receipt = "event_receipt"
    case quarantine

    /// The schema the table lives in.
    package var schema: String {
        self == .receipt || self == .quarantine ? "storehouse" : "public"
    }

    package struct Column: Sendable, Equatable {
        package var name: String
        package var type: SQLType
    }

    package var columns: [Column] { columnList.map { Column(name: $0.0, type: $0.1) } }

    private var columnList: [(String, SQLType)] {
        let money = SQLType.numeric(precision: 18, scale: 4)
        let quantity = SQLType.numeric(precision: 12, scale: 3)
        let event: [(String, SQLType)] = [
            ("source", .varchar(256)), ("event_id", .varchar(256)), ("flags", .smallint),
            ("ingested_at", .timestamptz),
        ]
        switch self {
        case .sales:
            return [
                ("timestamp_utc", .timestamptz), ("store_id", .varchar(16)), ("sku", .varchar(32)),
                ("qty_sold", quantity), ("unit_price", money), ("gross_margin", money),
                ("basket_id", .varchar(96)), ("store_key", .integer), ("product_key", .integer),
                ("business_date", .date), ("local_minute", .smallint), ("line_no", .integer),
                ("line_kind", .varchar(9)), ("voided", .boolean), ("net_amount", money),
                ("list_price", money), ("discount", money), ("tax", money), ("unit_cost", money),
                ("currency", .char(3)), ("member_id", .varchar(64)),
                ("orig_basket_id", .varchar(96)), ("orig_line_no", .integer),
                ("source", .varchar(256)), ("event_id", .varchar(256)), ("version", .integer),
                ("flags", .smallint), ("ingested_at", .timestamptz),
            ]
        case .snapshot:
            return [
                ("timestamp_utc", .timestamptz), ("store_id", .varchar(16)), ("sku", .varchar(32)),
                ("on_hand_qty", quantity), ("reorder_point", quantity), ("risk_flag", .varchar(8)),
                ("store_key", .integer), ("product_key", .integer), ("business_date", .date),
                ("unit_cost", money),
            ] + event
        case .movement:
            return [
                ("timestamp_utc", .timestamptz), ("store_id", .varchar(16)), ("sku", .varchar(32)),
                ("kind", .varchar(12)), ("qty", quantity), ("store_key", .integer),
                ("product_key", .integer), ("business_date", .date), ("unit_cost", money),
            ] + event
        case .loyalty:
            return [
                ("timestamp_utc", .timestamptz), ("member_id", .varchar(64)),
                ("kind", .varchar(8)), ("points", .bigint), ("store_id", .varchar(16)),
                ("store_key", .integer), ("basket_id", .varchar(96)), ("business_date", .date),
            ] + event
        case .store:
            return [("store_id", .varchar(16)), ("store_key", .integer)] + storeAttributes
        case .storeHistory:
            return [("store_key", .integer), ("store_id", .varchar(16))] + storeAttributes
                + [("valid_to", .timestamptz)]
        case .product:
            return [("sku", .varchar(32)), ("product_key", .integer)] + productAttributes
        case .productHistory:
            return [("product_key", .integer), ("sku", .varchar(32))] + productAttributes
                + [("valid_to", .timestamptz)]
        case .member:
            return [
                ("member_id", .varchar(64)), ("home_store_id", .varchar(16)),
                ("tier", .varchar(16)), ("enrolled_on", .date),
            ]
        case .watermark:
            return [
                ("store_id", .varchar(16)), ("through", .timestamptz),
                ("last_received_at", .timestamptz),
            ]
        case .receipt:
            return [
                ("source", .text), ("id", .text), ("received_at", .timestamptz),
                ("outcome", .varchar(12)),
            ]
        case .quarantine:
            return [
                ("received_at", .timestamptz), ("source", .text), ("id", .text),
                ("reason", .varchar(48)), ("detail", .text), ("path", .text), ("raw", .text),
            ]
        }
    }

    private var storeAttributes: [(String, SQLType)] {
        [
            ("region", .varchar(32)), ("manager", .varchar(63)), ("timezone", .varchar(64)),
            ("name", .varchar(64)), ("currency", .char(3)), ("cutoff_hour", .smallint),
            ("opened_on", .date), ("closed_on", .date), ("inferred", .boolean),
            ("valid_from", .timestamptz),
        ]
    }

    private var productAttributes: [(String, SQLType)] {
        let money = SQLType.numeric(precision: 18, scale: 4)
        return [
            ("category", .varchar(32)), ("cost", money), ("brand", .varchar(48)),
            ("name", .varchar(96)), ("list_price", money), ("gtin", .varchar(14)),
            ("inferred", .boolean), ("valid_from", .timestamptz),
        ]
    }
}
