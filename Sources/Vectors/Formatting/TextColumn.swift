import Basics

/// A text form within a block of bytes.
package struct TextField {
    package var start: UInt32
    package var count: UInt32

    package init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    /// The field that stands for NULL.
    package static let null = TextField(start: 0, count: .max)
    @inline(__always)
    package var isNull: Bool { count == .max }
}

/// One column's values from the text forms of many rows: COPY's way in.
///
/// The type is looked at once; what is usual is read without branches that depend on the digits, and
/// whatever looks different goes through `TextParse`, which also makes the errors.
package enum TextColumn {
    package typealias Bytes = UnsafeBufferPointer<UInt8>

    /// Fills the vector's first `count` rows; the first row that cannot be read, and why.
    ///
    /// - Parameter base: what the fields' places count from; 8 bytes behind each may be read.
    package static func parse(
        _ fields: UnsafePointer<TextField>, count: Int, of base: UnsafePointer<UInt8>,
        into vector: Vector, session: FormatSession
    ) -> (row: Int, error: SQLError)? {
        let source = Source(fields: fields, count: count, base: base)
        let arena = StringArena()
        defer { if vector.physical == .bytes { vector.owners.append(arena) } }
        func slowly(_ row: Int) throws {
            try TextParse.parse(
                source.bytes(row), vector.type, into: vector, row: row, arena: arena,
                session: session)
        }
        switch vector.type {
        case .smallint: return integers(source, vector, Int16.self, slowly)
        case .integer: return integers(source, vector, Int32.self, slowly)
        case .bigint: return integers(source, vector, Int64.self, slowly)
        case .numeric(let precision, let scale) where precision <= 18:
            return decimals(source, vector, precision, scale, slowly)
        case .date:
            let days = vector.pointer(Int32.self)
            return each(source, vector) { days[$0] = try DateTimeParse.date(source.bytes($0), session) }
        case .timestamp:
            let times = vector.pointer(Int64.self)
            return each(source, vector) {
                times[$0] = try DateTimeParse.timestamp(source.bytes($0), session)
            }
        case .text: return strings(source, vector, arena, limit: .max, slowly)
        case .varchar(let limit):
            return strings(source, vector, arena, limit: limit ?? .max, slowly)
        default: return each(source, vector, slowly)
        }
    }

    private struct Source {
        let fields: UnsafePointer<TextField>
        let count: Int
        let base: UnsafePointer<UInt8>

        @inline(__always)
        func bytes(_ row: Int) -> Bytes {
            Bytes(start: base + Int(fields[row].start), count: Int(fields[row].count))
        }
    }

    /// Calls the body for every row that is not NULL.
    @inline(__always)
    private static func each(
        _ source: Source, _ vector: Vector, _ body: (Int) throws -> Void
    ) -> (row: Int, error: SQLError)? {
        for row in 0..<source.count {
            if source.fields[row].isNull {
                vector.setNull(row)
                continue
            }
            do {
                try body(row)
            } catch {
                return (row, error as? SQLError ?? SQLError(.internalError, "\(error)"))
            }
        }
        return nil
    }

    /// The value of 1…8 digits; nil for anything else. Reads 8 bytes.
    @inline(__always)
    private static func digits(_ start: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
        // The digits move to the word's upper bytes; the lower ones become leading zeros.
        let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* count)
        let word = UInt64(
            littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self)) &<< shift
        var value = word ^ (0x3030_3030_3030_3030 &<< shift)
        if (value &+ 0x7676_7676_7676_7676 | value) & 0x8080_8080_8080_8080 != 0 { return nil }
        value = (value &* 2561) &>> 8 & 0x00FF_00FF_00FF_00FF
        value = (value &* 6_553_601) &>> 16 & 0x0000_FFFF_0000_FFFF
        return (value &* 42_949_672_960_001) &>> 32
    }

    /// The value of 1…16 digits.
    @inline(__always)
    private static func longDigits(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        if count &- 1 < 8, count > 0 {
            return digits(start, count).map { Int64(bitPattern: $0) }
        }
        guard count > 8, count <= 16, let high = digits(start, count &- 8),
            let low = digits(start + (count &- 8), 8)
        else { return nil }
        return Int64(bitPattern: high &* 100_000_000 &+ low)
    }

    /// The value of a sign and digits.
    @inline(__always)
    private static func signed(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        if count > 1, start[0] == 0x2D {
            return longDigits(start + 1, count &- 1).map { 0 &- $0 }
        }
        return longDigits(start, count)
    }

    @inline(__always)
    private static func integers<T: FixedWidthInteger>(
        _ source: Source, _ vector: Vector, _: T.Type, _ slowly: (Int) throws -> Void
    ) -> (row: Int, error: SQLError)? {
        let out = vector.pointer(T.self)
        return each(source, vector) { row in
            let field = source.fields[row]
            if let value = signed(source.base + Int(field.start), Int(field.count)),
                let fitting = T(exactly: value)
            {
                out[row] = fitting
            } else {
                try slowly(row)
            }
        }
    }

    private static func decimals(
        _ source: Source, _ vector: Vector, _ precision: Int, _ scale: Int,
        _ slowly: (Int) throws -> Void
    ) -> (row: Int, error: SQLError)? {
        let out = vector.pointer(Int64.self)
        let factor = PowerOfTen.table64[scale]
        let limit = PowerOfTen.table64[precision]
        return each(source, vector) { row in
            let field = source.fields[row]
            let start = source.base + Int(field.start)
            let count = Int(field.count)
            // Digits, a point, and as many digits as the scale has: how such columns are written.
            if scale > 0, count > scale + 1, start[count - scale - 1] == 0x2E, scale <= 8,
                let whole = signed(start, count - scale - 1),
                let part = digits(start + (count - scale), scale)
            {
                let (scaled, overflow) = whole.multipliedReportingOverflow(by: factor)
                let fraction = Int64(bitPattern: part)
                let value = start[0] == 0x2D ? scaled &- fraction : scaled &+ fraction
                if !overflow, value.magnitude < limit.magnitude, scaled.magnitude < limit.magnitude {
                    out[row] = value
                    return
                }
            } else if let whole = signed(start, count) {
                let (scaled, overflow) = whole.multipliedReportingOverflow(by: factor)
                if !overflow, scaled.magnitude < limit.magnitude {
                    out[row] = scaled
                    return
                }
            }
            try slowly(row)
        }
    }

    /// Strings, copied one behind the other.
    private static func strings(
        _ source: Source, _ vector: Vector, _ arena: StringArena, limit: Int,
        _ slowly: (Int) throws -> Void
    ) -> (row: Int, error: SQLError)? {
        var total = 0
        for row in 0..<source.count where !source.fields[row].isNull {
            total += Int(source.fields[row].count)
        }
        // Whole words are copied, so each string may spill into the place of the next.
        var free = arena.reserve(total + 8)
        let views = vector.pointer(StringView.self)
        return each(source, vector) { row in
            let field = source.fields[row]
            let count = Int(field.count)
            let start = source.base + Int(field.start)
            guard count <= limit, isPlain(start, count) else { return try slowly(row) }
            let from = UnsafeRawPointer(start)
            let to = UnsafeMutableRawPointer(free)
            var at = 0
            while at < count {
                to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: at, as: UInt64.self),
                    toByteOffset: at, as: UInt64.self)
                at += 8
            }
            views[row] = StringView(start: UnsafePointer(free), count: count)
            free += count
        }
    }

    /// Whether all bytes are ASCII and none is zero.
    @inline(__always)
    private static func isPlain(_ start: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let from = UnsafeRawPointer(start)
        var bad: UInt64 = 0
        var at = 0
        while at < count {
            let word = UInt64(
                littleEndian: from.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let rest = count &- at
            // Bytes behind the string do not count.
            let mask = rest < 8 ? (UInt64(1) &<< UInt64(truncatingIfNeeded: 8 &* rest)) &- 1 : .max
            let own = (word & mask) | (0x2020_2020_2020_2020 & ~mask)
            bad |= own | ((own &- 0x0101_0101_0101_0101) & ~own)
            at += 8
        }
        return bad & 0x8080_8080_8080_8080 == 0
    }
}
