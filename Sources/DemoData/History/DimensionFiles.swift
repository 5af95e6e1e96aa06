import Basics

/// Writes the dimensions, targets and bridges of a world.
struct DimensionFiles {
    let world: DemoWorld
    let directory: String

    init(_ world: DemoWorld, directory: String) {
        self.world = world
        self.directory = directory
    }

    func write(basketsPerStoreDay: Double, into truth: inout GroundTruth) throws {
        truth.history.rows["dim_store"] = try stores(history: false)
        truth.history.rows["dim_store_history"] = try stores(history: true)
        truth.history.rows["dim_product"] = try products(history: false)
        truth.history.rows["dim_product_history"] = try products(history: true)
        truth.history.rows["dim_calendar"] = try calendar()
        truth.history.rows["dim_member"] = try members()
        truth.history.rows["dim_hour_share"] = try hourShares()
        truth.history.rows["bridge_manager_store"] = try bridge()
        truth.history.rows["dim_store_sku"] = try storeSKUs(basketsPerStoreDay)
        truth.history.rows["fact_target"] = try targets(basketsPerStoreDay)
    }

    private func file(_ table: String, _ header: String) throws -> CSVFile {
        try CSVFile("\(directory)/\(table).csv", header: header)
    }

    private func stores(history: Bool) throws -> Int {
        let attributes =
            "region,manager,timezone,name,currency,cutoff_hour,opened_on,closed_on,inferred,"
            + "valid_from"
        let out = history
            ? try file("dim_store_history", "store_key,store_id,\(attributes),valid_to")
            : try file("dim_store", "store_id,store_key,\(attributes)")
        for store in world.stores {
            if history { out.integer(store.key) }
            out.text(store.id)
            if !history { out.integer(store.key) }
            out.text(store.region)
            out.text(store.manager)
            out.text(store.zone.rawValue)
            out.text(store.name)
            out.text("USD")
            out.integer(store.cutoffHour)
            out.date(store.openedOn)
            if let closed = store.closedOn { out.date(closed) } else { out.null() }
            out.bool(false)
            out.timestamp(Int64(min(store.openedOn, world.firstDay)) * 86_400_000_000)
            if history { out.null() }
            out.endRow()
        }
        try out.finish()
        return out.rows
    }

    private func products(history: Bool) throws -> Int {
        let attributes = "category,cost,brand,name,list_price,gtin,inferred,valid_from"
        let out = history
            ? try file("dim_product_history", "product_key,sku,\(attributes),valid_to")
            : try file("dim_product", "sku,product_key,\(attributes)")
        for product in world.products {
            if history { out.integer(product.key) }
            out.text(product.sku)
            if !history { out.integer(product.key) }
            out.text(product.category)
            if let cost = product.cost { out.decimal(cost, scale: 4) } else { out.null() }
            out.text(product.brand)
            out.text(product.name)
            out.decimal(product.price, scale: 4)
            out.text(product.gtin)
            out.bool(false)
            out.timestamp(Int64(world.firstDay - 400) * 86_400_000_000)
            if history { out.null() }
            out.endRow()
        }
        try out.finish()
        return out.rows
    }

    private func calendar() throws -> Int {
        let names = [
            "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
        ]
        let out = try file(
            "dim_calendar",
            "date_key,day_of_week,week_num,fiscal_period,fiscal_year,fiscal_quarter,day_name,"
                + "calendar_month,same_day_last_week,same_day_last_year")
        let first = FiscalDate.start(FiscalDate(world.firstDay).year - 1)
        let last = FiscalDate.start(FiscalDate(world.today).year + 2) - 1
        for day in first...last {
            let fiscal = FiscalDate(day)
            let weekday = DemoCalendar.weekday(day)
            out.date(day)
            out.integer(weekday == 0 ? 7 : weekday)
            out.integer(fiscal.week)
            out.integer(fiscal.period)
            out.integer(fiscal.year)
            out.integer(fiscal.quarter)
            out.text(names[weekday])
            out.integer(DemoCalendar.civil(day).month)
            out.date(day - 7)
            out.date(day - 364)
            out.endRow()
        }
        try out.finish()
        return out.rows
    }

    private func members() throws -> Int {
        let out = try file("dim_member", "member_id,home_store_id,tier,enrolled_on")
        for index in 0..<world.memberCount {
            out.text(world.memberID(index))
            out.text(world.stores[index / 100].id)
            out.text(index % 10 == 0 ? "GOLD" : (index % 3 == 0 ? "SILVER" : "BASIC"))
            out.date(world.firstDay - 1 - index % 900)
            out.endRow()
        }
        try out.finish()
        return out.rows
    }

    private func hourShares() throws -> Int {
        let out = try file("dim_hour_share", "curve_id,local_hour,share,share_before")
        for curve in 1...3 {
            var before = 0
            for (hour, share) in TradingDay.hourShares(curve).enumerated() {
                out.integer(curve)
                out.integer(hour)
                out.decimal(Int64(share), scale: 8)
                out.decimal(Int64(before), scale: 8)
                out.endRow()
                before += share
            }
        }
        try out.finish()
        return out.rows
    }

    private func bridge() throws -> Int {
        let out = try file("bridge_manager_store", "manager,store_id,valid_from,valid_to")
        for store in world.stores {
            out.text(store.manager)
            out.text(store.id)
            out.date(world.firstDay - 30)
            out.null()
            out.endRow()
        }
        try out.finish()
        return out.rows
    }

    private func storeSKUs(_ basketsPerStoreDay: Double) throws -> Int {
        let out = try file(
            "dim_store_sku",
            "store_id,sku,lead_time_days,safety_stock,reorder_point,max_stock,status,listed_on")
        for (index, store) in world.stores.enumerated() {
            let plan = StockPlan(world, index, basketsPerStoreDay: basketsPerStoreDay)
            for (slot, product) in store.assortment.enumerated() {
                out.text(store.id)
                out.text(world.products[Int(product)].sku)
                out.integer(world.products[Int(product)].leadTimeDays)
                out.decimal(Int64(plan.safetyStock[slot]) * 1000, scale: 3)
                out.decimal(Int64(plan.reorderPoint[slot]) * 1000, scale: 3)
                out.decimal(Int64(plan.maxStock[slot]) * 1000, scale: 3)
                out.text((slot + index) % 40 == 7 ? "DELISTED" : "ACTIVE")
                let isNew = (slot + index) % 50 == 3
                out.date(isNew ? world.today - 12 : max(store.openedOn, world.firstDay - 120))
                out.endRow()
            }
        }
        try out.finish()
        return out.rows
    }

    /// What a store should sell a day: what it is expected to sell, and a little more or less.
    private func targets(_ basketsPerStoreDay: Double) throws -> Int {
        let out = try file("fact_target", "store_id,business_date,amount,store_key,curve_id")
        for (index, store) in world.stores.enumerated() {
            let ambition = 0.92 + Double((index * 7) % 20) / 100
            for day in world.firstDay...(world.today + 14) where store.isOpen(on: day) {
                let baskets = basketsPerStoreDay * store.volume * TradingDay.weekdayFactor(day)
                let amount = baskets * 10.4 * store.lineValue * ambition
                out.text(store.id)
                out.date(day)
                out.decimal(Int64(amount / 10_000) * 10_000, scale: 4)
                out.integer(store.key)
                out.integer(TradingDay.curve(day))
                out.endRow()
            }
        }
        try out.finish()
        return out.rows
    }
}
