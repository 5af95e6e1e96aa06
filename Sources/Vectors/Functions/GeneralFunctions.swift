import Basics

/// Functions that belong to no type.
extension FunctionRegistry {
    mutating func addGeneral() {
        for (name, countsNulls) in [("num_nulls", true), ("num_nonnulls", false)] {
            add(name, [.anyElement], .integer, isVariadic: true, isStrict: false) {
                _, a, n, type in
                let out = Kernels.result(type, n)
                for row in 0..<n {
                    let nulls = a.count { $0.isNull(row) }
                    out.pointer(Int32.self)[row] = Int32(
                        truncatingIfNeeded: countsNulls ? nulls : a.count - nulls)
                }
                return out
            }
        }
        add("gen_random_uuid", [], .uuid, volatility: .volatile) { _, _, n, type in
            let out = Kernels.result(type, n)
            for row in 0..<n {
                // Version 4, variant 1.
                let high = UInt64.random(in: .min ... .max) & ~0xF000 | 0x4000
                let low = UInt64.random(in: .min ... .max) & ~(3 << 62) | 2 << 62
                out.pointer(UUIDBytes.self)[row] = UUIDBytes(high: high, low: low)
            }
            return out
        }
        // The fields of a row in PostgreSQL's notation.
        add("row", [.anyElement], .record, isVariadic: true, isStrict: false, volatility: .stable) {
            context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                var out: [UInt8] = [0x28]
                for (index, vector) in a.enumerated() {
                    if index > 0 { out.append(0x2C) }
                    if vector.isNull(row) { continue }
                    var text: [UInt8] = []
                    TextFormat.append(vector, row: row, to: &text, session: context.formatSession)
                    Self.appendField(text, to: &out)
                }
                out.append(0x29)
                return out.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
        add("storehouse_record_field", [.record, .integer], .text) { _, a, n, type in
            try Kernels.strings(a, n, type) { row, arena in
                let fields = Self.fields(a[0].view(row).buffer)
                let index = Int(a[1].value(Int32.self, row))
                guard fields.indices.contains(index), let field = fields[index] else { return nil }
                return field.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
        // A row as a JSON object: names and values take turns. As a record it is an argument of
        // other JSON functions.
        addJSONRow("storehouse_json_row", .json)
        addJSONRow("storehouse_json_record", .record)
    }

    /// The fields of `(1,"a, b",)`; an empty one without quotes is NULL.
    private static func fields(_ record: UnsafeBufferPointer<UInt8>) -> [[UInt8]?] {
        var result: [[UInt8]?] = []
        var field: [UInt8] = []
        var (isQuoted, wasQuoted) = (false, false)
        var index = 1
        while index < record.count - 1 {
            let byte = record[index]
            switch byte {
            case 0x22:
                if isQuoted, record[index + 1] == 0x22 {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted.toggle()
                    wasQuoted = true
                }
            case 0x5C where index + 2 < record.count:
                index += 1
                field.append(record[index])
            case 0x2C where !isQuoted:
                result.append(field.isEmpty && !wasQuoted ? nil : field)
                (field, wasQuoted) = ([], false)
            default: field.append(byte)
            }
            index += 1
        }
        result.append(field.isEmpty && !wasQuoted ? nil : field)
        return result
    }

    private mutating func addJSONRow(_ name: String, _ type: SQLType) {
        add(
            name, [.anyElement], type, isVariadic: true, isStrict: false, volatility: .stable
        ) { context, a, n, type in
            try Self.everyRow(n, type) { row, arena in
                var out: [UInt8] = [0x7B]
                for index in stride(from: 0, to: a.count - 1, by: 2) {
                    if index > 0 { out.append(0x2C) }
                    JSONAccess.appendQuoted(a[index].view(row).buffer, to: &out)
                    out.append(0x3A)
                    JSONAccess.append(
                        a[index + 1].datum(at: row), a[index + 1].type, to: &out,
                        context.formatSession)
                }
                out.append(0x7D)
                return out.withUnsafeBufferPointer { arena.copy($0) }
            }
        }
    }

    private static func appendField(_ text: [UInt8], to out: inout [UInt8]) {
        let isPlain =
            !text.isEmpty
            && !text.contains {
                [0x22, 0x5C, 0x28, 0x29, 0x2C].contains($0) || TextParse.isSpace($0)
            }
        if isPlain { return out += text }
        out.append(0x22)
        for byte in text {
            if byte == 0x22 || byte == 0x5C { out.append(byte) }
            out.append(byte)
        }
        out.append(0x22)
    }
}
