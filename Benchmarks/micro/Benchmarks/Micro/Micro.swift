import Benchmark
import CKernels
import Encodings
import Glibc
import Vectors

/// One call of a kernel is too short to time: a benchmark's iteration is a thousand.
nonisolated(unsafe) let benchmarks = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .milliseconds(500),
        maxIterations: 10_000)
    addKernels()
    do { try addEncodings() } catch {
        print("micro: \(error)")
        exit(1)
    }
}

private func addKernels() {
    var numbers = Numbers()
    let tableSize: UInt32 = 100_000
    let codes = buffer(UInt32.self, 1024) { _ in numbers.next(below: tableSize) }
    let out32 = buffer(UInt32.self, 1024) { _ in 0 }
    let out64 = buffer(UInt64.self, 1024) { _ in 0 }
    let packed = buffer(UInt32.self, 64 * 32) { _ in numbers.next(below: .max) }
    let packed64 = buffer(UInt64.self, 64 * 16) { _ in UInt64(numbers.next(below: .max)) }
    let mask = buffer(UInt64.self, 16) { _ in
        UInt64(numbers.next(below: .max)) & UInt64(numbers.next(below: .max)) << 16
    }
    let wide = buffer(Int64.self, 1024) { _ in Int64(numbers.next(below: 1 << 30)) }
    let at = buffer(UInt16.self, 128) { UInt16($0 * 8) }
    let selected = buffer(UInt16.self, 1024) { _ in 0 }
    let kept = buffer(UInt8.self, 1024) { _ in 0 }
    let bitmap = buffer(UInt8.self, Int(tableSize) / 8 + 1) { _ in
        UInt8(truncatingIfNeeded: numbers.next(below: .max) & numbers.next(below: .max))
    }
    let bytes = buffer(UInt8.self, Int(tableSize)) { _ in
        numbers.next(below: 5) == 0 ? UInt8(numbers.next(below: 25)) : 0xFF
    }

    let levels: [(String, sh_level)] = [
        ("portable", SH_PORTABLE), ("AVX2", SH_AVX2), ("AVX-512", SH_AVX512),
    ]
    for (level, which) in levels {
        guard let k = sh_kernels_at(which)?.pointee else { continue }
        func add(_ name: String, _ body: @escaping () -> Void) {
            Benchmark("\(name), \(level)") { benchmark in
                for _ in benchmark.scaledIterations { body() }
            }
        }
        for width in [1, 4, 6, 12, 15, 19, 20, 24, 32] as [Int32] {
            add("unpack, \(width) bits") { k.unpack32(packed, width, out32) }
        }
        add("unpack, 40 bits") { k.unpack64(packed64, 40, out64) }
        add("unpack 128 of 1024, 20 bits") { k.unpack32_at(packed, 20, at, 128, out32) }
        add("pack, 20 bits") { k.pack32(codes, 20, out32) }
        add("range to mask, 32 bits") { k.range_mask_u32(codes, 1024, 100, 20_000, mask) }
        add("range to mask, 64 bits") { k.range_mask_i64(wide, 1024, 100, 1 << 29, mask) }
        add("range to positions") {
            blackHole(k.range_select(codes, nil, 1024, 100, 20_000, selected))
        }
        add("mask to positions") { blackHole(k.mask_select_u16(mask, 1024, 0, selected)) }
        add("bitmap to mask") { k.bitmap_mask(codes, 1024, bitmap, mask) }
        add("bitmap to positions") {
            blackHole(k.bitmap_select(codes, nil, 1024, bitmap, selected))
        }
        add("gather bytes") { k.gather_u8(codes, 1024, bytes, kept) }
        add("gather bytes to positions") {
            blackHole(k.table_u8_select(codes, nil, 1024, bytes, 0xFF, selected, kept))
        }
        add("sum") { blackHole(k.sum_u32(codes, 1024)) }
        add("sum of products") {
            var (low, high): (UInt64, UInt64) = (0, 0)
            k.sum_product_u32(codes, codes, 1024, &low, &high)
            blackHole(low)
        }
        add("scan for an encoder") {
            var scan = sh_scan()
            k.scan_i64(wide, 1024, &scan)
            blackHole(scan.max)
        }
        add("CRC-32C of 4096 bytes") { blackHole(k.crc32c(0, packed, 4096)) }
    }
}

private func addEncodings() throws {
    let configuration = Benchmark.Configuration(
        metrics: [.wallClock, .throughput], scalingFactor: .one, maxDuration: .milliseconds(500),
        maxIterations: 10_000)
    for column in columns() {
        for (name, policy) in [("hot", CodecPolicy.hot), ("cold", CodecPolicy.cold)] {
            Benchmark("encode 65536 rows, \(column.name), \(name)", configuration: configuration) {
                _ in
                blackHole(try column.encoded(policy))
            }
        }
        let encoded = try column.encoded(.hot)
        let chunk = try column.open(encoded)
        Benchmark("open 65536 rows, \(column.name)", configuration: configuration) { _ in
            blackHole(try column.open(encoded))
        }
        Benchmark("decode 65536 rows, \(column.name)", configuration: configuration) { _ in
            for start in stride(from: 0, to: Column.rows, by: 1024) {
                let vector = Vector(column.type, capacity: 1024)
                chunk.decode(rows: start..<start + 1024, into: vector)
                blackHole(vector)
            }
        }
    }
}
