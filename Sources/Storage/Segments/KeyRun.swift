import Encodings

/// A key hash and the row it belongs to.
struct KeyEntry {
    var hash: UInt64
    var row: UInt32
}

/// The key hashes in ascending order with their rows, as two columns, and the filter over them.
struct KeyRun {
    let hashes = ColumnBuilder(type: .bigint)
    let rows = ColumnBuilder(type: .integer)
    let filter: EncodedBytes

    /// Sorts the entries by hash, then row.
    init(_ entries: inout [KeyEntry]) {
        Self.sort(&entries)
        let count = entries.count
        let unsigned = entries.map(\.hash)
        filter = unsigned.withUnsafeBufferPointer { all in
            guard let start = all.baseAddress else {
                return EncodedBytes(plain: KeyFilter.build([], count: 0))
            }
            return EncodedBytes(plain: KeyFilter.build(start, count: count))
        }
        let signed = entries.map { KeyOrder.signed($0.hash) }
        let places = entries.map { Int64($0.row) }
        for (builder, values) in [(hashes, signed), (rows, places)] {
            values.withUnsafeBufferPointer {
                if let start = $0.baseAddress { builder.append(integers: start, count: count) }
            }
        }
    }

    /// Least significant digit first, 16 bits a pass: stable, so equal hashes stay in row order.
    private static func sort(_ entries: inout [KeyEntry]) {
        guard entries.count > 16_384 else {
            entries.sort { ($0.hash, $0.row) < ($1.hash, $1.row) }
            return
        }
        let count = entries.count
        let scratch = UnsafeMutablePointer<KeyEntry>.allocate(capacity: count)
        defer { scratch.deallocate() }
        var places = [Int](repeating: 0, count: 65_536)
        entries.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            var (from, to) = (start, scratch)
            for pass in 0..<4 {
                let shift = UInt64(pass * 16)
                places.withUnsafeMutableBufferPointer { places in
                    places.update(repeating: 0)
                    for index in 0..<count { places[Int(from[index].hash >> shift & 0xFFFF)] += 1 }
                    var sum = 0
                    for digit in 0..<65_536 {
                        let here = places[digit]
                        places[digit] = sum
                        sum += here
                    }
                    for index in 0..<count {
                        let digit = Int(from[index].hash >> shift & 0xFFFF)
                        to[places[digit]] = from[index]
                        places[digit] += 1
                    }
                }
                swap(&from, &to)
            }
        }
    }
}
