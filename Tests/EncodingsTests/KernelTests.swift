import Basics
import CKernels
import Testing

/// All sets of kernels that the machine can run give the same results as plain Swift.
@Suite struct KernelTests {
    private let sets: [(String, sh_kernels)] = [
        ("portable", SH_PORTABLE), ("AVX2", SH_AVX2), ("AVX-512", SH_AVX512),
    ].compactMap { name, level in sh_kernels_at(level).map { (name, $0.pointee) } }

    @Test func thePortableSetAlwaysExists() {
        #expect(sets.first?.0 == "portable")
        #expect(sets.count == Int(sh_active_level().rawValue) + 1)
    }

    @Test func packingRoundTrips() {
        var random = SplitMix64(seed: 1)
        for width in 0...32 {
            let mask: UInt64 = width == 0 ? 0 : ~0 >> UInt64(64 - width)
            let values = (0..<1024).map { _ in UInt32(random.next() & mask) }
            let at = (0..<300).map { _ in UInt16(random.next() % 1024) }
            var reference: [UInt32]?
            for (name, set) in sets {
                var packed = [UInt32](repeating: 0, count: width * 32 + 32)
                set.pack32(values, Int32(width), &packed)
                if let reference { #expect(packed == reference, "\(name) \(width)") }
                reference = packed
                var out = [UInt32](repeating: 7, count: 1024)
                set.unpack32(packed, Int32(width), &out)
                #expect(out == values, "\(name) \(width)")
                var some = [UInt32](repeating: 7, count: at.count)
                set.unpack32_at(packed, Int32(width), at, at.count, &some)
                #expect(some == at.map { values[Int($0)] }, "\(name) \(width)")
            }
        }
    }

    @Test func widePackingRoundTrips() {
        var random = SplitMix64(seed: 2)
        for width in 0...64 {
            let mask: UInt64 = width == 0 ? 0 : ~0 >> UInt64(64 - width)
            let values = (0..<1024).map { _ in random.next() & mask }
            let at = (0..<300).map { _ in UInt16(random.next() % 1024) }
            for (name, set) in sets {
                var packed = [UInt64](repeating: 0, count: width * 16 + 16)
                set.pack64(values, Int32(width), &packed)
                var out = [UInt64](repeating: 7, count: 1024)
                set.unpack64(packed, Int32(width), &out)
                #expect(out == values, "\(name) \(width)")
                var some = [UInt64](repeating: 7, count: at.count)
                set.unpack64_at(packed, Int32(width), at, at.count, &some)
                #expect(some == at.map { values[Int($0)] }, "\(name) \(width)")
            }
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1000, 1024])
    func selections(count: Int) {
        var random = SplitMix64(seed: 3)
        let codes = (0..<count).map { _ in UInt32(random.next() % 5000) }
        let wide = (0..<count).map { _ in Int64(bitPattern: random.next()) }
        let at = (0..<count).map { UInt16($0 * 2) }
        var bitmap = (0..<(5000 / 8 + 1)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        bitmap += [UInt8](repeating: 0, count: Int(SH_SLACK))
        let bytes = (0..<5000).map { _ in UInt8(random.next() % 4) }
        let halves = (0..<5000).map { _ in UInt16(random.next() % 4) }
        let inRange = codes.indices.filter { (100...3000).contains(codes[$0]) }
        let inBitmap = codes.indices.filter { bitmap[Int(codes[$0] / 8)] >> (codes[$0] % 8) & 1 == 1 }
        let inWide = wide.indices.filter { (-5...Int64.max / 2).contains(wide[$0]) }
        let inBytes = codes.indices.filter { bytes[Int(codes[$0])] != 3 }
        let inHalves = codes.indices.filter { halves[Int(codes[$0])] != 3 }
        for (name, set) in sets {
            var mask = [UInt64](repeating: 0, count: 17)
            var out = [UInt16](repeating: 0, count: count + 16)
            var out32 = [UInt32](repeating: 0, count: count + 16)
            func picked(_ kept: Int) -> [Int] { out[..<kept].map { Int($0) } }

            set.range_mask_u32(codes, count, 100, 3000, &mask)
            #expect(picked(set.mask_select_u16(mask, count, 0, &out)) == inRange, "\(name)")
            let kept = set.mask_select_u32(mask, count, 10, &out32)
            #expect(out32[..<kept].map { Int($0) - 10 } == inRange, "\(name)")
            set.range_mask_u32(codes, count, 2, 1, &mask)
            #expect(set.mask_select_u16(mask, count, 0, &out) == 0, "\(name)")
            set.range_mask_i64(wide, count, -5, Int64.max / 2, &mask)
            #expect(picked(set.mask_select_u16(mask, count, 0, &out)) == inWide, "\(name)")
            set.table_mask_u8(codes, count, bytes, &mask)
            #expect(
                picked(set.mask_select_u16(mask, count, 0, &out))
                    == codes.indices.filter { bytes[Int(codes[$0])] != 0 }, "\(name)")
            set.bitmap_mask(codes, count, bitmap, &mask)
            #expect(picked(set.mask_select_u16(mask, count, 0, &out)) == inBitmap, "\(name)")

            #expect(picked(set.bitmap_select(codes, nil, count, bitmap, &out)) == inBitmap)
            #expect(
                picked(set.bitmap_select(codes, at, count, bitmap, &out)) == inBitmap.map { $0 * 2 })
            #expect(picked(set.range_select(codes, nil, count, 100, 3000, &out)) == inRange)
            #expect(
                picked(set.range_select(codes, at, count, 100, 3000, &out)) == inRange.map { $0 * 2 })
            var kept8 = [UInt8](repeating: 0, count: count + 16)
            #expect(picked(set.table_u8_select(codes, nil, count, bytes, 3, &out, &kept8)) == inBytes)
            #expect(kept8[..<inBytes.count].elementsEqual(inBytes.map { bytes[Int(codes[$0])] }))
            var kept16 = [UInt16](repeating: 0, count: count + 16)
            #expect(
                picked(set.table_u16_select(codes, at, count, halves, 3, &out, &kept16))
                    == inHalves.map { $0 * 2 })
            #expect(kept16[..<inHalves.count].elementsEqual(inHalves.map { halves[Int(codes[$0])] }))
        }
    }

    @Test(arguments: [1, 63, 64, 65, 1000, 1024])
    func runsBecomeRows(count: Int) {
        var random = SplitMix64(seed: 7)
        for density in 1...8 {
            var starts = [UInt64](repeating: 0, count: 16)
            for row in 0..<count where row == 0 || random.next() % 8 < density {
                starts[row >> 6] |= 1 << UInt64(row & 63)
            }
            var run = -1
            let runOf = (0..<count).map { row in
                run += Int(starts[row >> 6] >> UInt64(row & 63) & 1)
                return run
            }
            let codes = (0..<(1024 + 32)).map { _ in UInt32(truncatingIfNeeded: random.next()) }
            let verdicts = (0..<18).map { _ in random.next() & random.next() }
            let at = (0..<count).filter { $0 % 3 == 1 }.map { UInt16($0) }
            for (name, set) in sets {
                var rows = [UInt32](repeating: 0, count: 1032)
                set.expand_u32(starts, count, codes, &rows)
                #expect(rows[..<count].elementsEqual(runOf.map { codes[$0] }), "\(name)")
                var mask = [UInt64](repeating: 0, count: 16)
                set.expand_mask(starts, count, verdicts, &mask)
                let expected = runOf.map { verdicts[$0 >> 6] >> UInt64($0 & 63) & 1 }
                let found = (0..<1024).map { mask[$0 >> 6] >> UInt64($0 & 63) & 1 }
                #expect(found[..<count].elementsEqual(expected), "\(name) \(density)")
                #expect(!found[count...].contains(1), "\(name) \(density)")
                var ranks = [UInt32](repeating: 0, count: at.count)
                set.run_ranks(starts, at, at.count, &ranks)
                #expect(ranks == at.map { UInt32(runOf[Int($0)]) }, "\(name)")
            }
        }
    }

    @Test func packedCodesAreComparedAsUnpackedOnes() {
        var random = SplitMix64(seed: 8)
        for width in 0...32 {
            let mask: UInt64 = width == 0 ? 0 : ~0 >> UInt64(64 - width)
            let values = (0..<1024).map { _ in UInt32(random.next() & mask) }
            for (low, high) in [(1, 3), (0, UInt32(mask)), (5, 2), (UInt32(mask / 3), UInt32(mask / 2))] {
                for (name, set) in sets {
                    var packed = [UInt32](repeating: 0, count: width * 32 + 32)
                    set.pack32(values, Int32(width), &packed)
                    var found = [UInt64](repeating: 7, count: 16)
                    set.range_mask_packed(packed, Int32(width), low, high, &found)
                    let expected = values.map { low <= $0 && $0 <= high }
                    let bits = (0..<1024).map { found[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 }
                    #expect(bits == expected, "\(name) \(width)")
                }
            }
        }
    }

    @Test func gathersAndSums() {
        var random = SplitMix64(seed: 4)
        let count = 1021
        let codes = (0..<count).map { _ in UInt32(random.next() % 300) }
        let large = (0..<count).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        let wide = (0..<count).map { $0 % 2 == 0 ? Int64.min : Int64(bitPattern: random.next()) }
        let table = (0..<300).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        for (name, set) in sets {
            var out = [UInt32](repeating: 0, count: count)
            set.gather_u32(codes, count, table, &out)
            #expect(out == codes.map { table[Int($0)] }, "\(name)")
            #expect(set.sum_u32(large, count) == large.reduce(0) { $0 + UInt64($1) }, "\(name)")
            #expect(set.max_u32(large, count) == large.max(), "\(name)")
            var low: UInt64 = 0
            var high: Int64 = 0
            set.sum_i64(wide, count, &low, &high)
            #expect(
                Int128(high) << 64 + Int128(low) == wide.reduce(0) { $0 + Int128($1) }, "\(name)")
            var top: UInt64 = 0
            set.sum_product_u32(large, large.reversed(), count, &low, &top)
            let products = zip(large, large.reversed()).reduce(UInt128(0)) {
                $0 + UInt128($1.0) * UInt128($1.1)
            }
            #expect(UInt128(top) << 64 + UInt128(low) == products, "\(name)")
        }
    }

    @Test func scansAndPrefixSums() {
        var random = SplitMix64(seed: 5)
        let values = (0..<777).map { _ in Int64(random.next() % 50) }
        let steps = (0..<777).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        for (name, set) in sets {
            var scan = sh_scan()
            set.scan_i64(values, values.count, &scan)
            let deltas = zip(values.dropFirst(), values).map { $0 - $1 }
            #expect(scan.min == values.min() && scan.max == values.max(), "\(name)")
            #expect(scan.delta_min == deltas.min() && scan.delta_max == deltas.max(), "\(name)")
            #expect(scan.runs == UInt64(deltas.filter { $0 != 0 }.count + 1), "\(name)")

            var sums = steps
            set.prefix_sum_u32(&sums, sums.count, 100, 7)
            var wideSums = steps.map { UInt64($0) }
            set.prefix_sum_u64(&wideSums, wideSums.count, 100, 7)
            var expected: UInt64 = 93
            for index in steps.indices {
                expected &+= 7 + UInt64(steps[index])
                #expect(wideSums[index] == expected && sums[index] == UInt32(truncatingIfNeeded: expected))
            }
        }
    }

    @Test func checksumsAreCRC32C() {
        var random = SplitMix64(seed: 6)
        let bytes = (0..<1000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        for (name, set) in sets {
            // The check value of the CRC catalogue, for the digits 1 to 9.
            #expect(set.crc32c(0, Array("123456789".utf8), 9) == 0xE306_9283, "\(name)")
            #expect(set.crc32c(0, bytes, 1000) == sh_crc32c(0, bytes, 1000), "\(name)")
            let head = set.crc32c(0, bytes, 333)
            let whole = bytes.withUnsafeBytes { raw in
                set.crc32c(head, raw.baseAddress.map { $0 + 333 }, 667)
            }
            #expect(whole == sh_crc32c(0, bytes, 1000), "\(name)")
        }
    }

    @Test func findsFourBytes() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<100 {
            let bytes = (0..<64).map { _ in UInt8(truncatingIfNeeded: random.next() % 40 + 230) }
            var wanted: UInt64 = 0
            for (place, byte) in bytes.enumerated() where [10, 231, 255, 240].contains(byte) {
                wanted |= 1 << UInt64(place)
            }
            for (name, set) in sets {
                var found: UInt64 = 0
                set.find4(bytes, 255, 231, 10, 240, &found)
                #expect(found == wanted, "\(name)")
            }
        }
    }
}
