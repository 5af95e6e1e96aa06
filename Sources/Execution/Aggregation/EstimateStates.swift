import Basics
import Glibc
import Planning
import Vectors

/// HyperLogLog with 4,096 registers: a standard error of 1.6 %. Groups of few values are counted
/// exactly, by their hashes.
///
/// Flajolet et al., "HyperLogLog", 2007; the estimator is Ertl's, "New cardinality estimation
/// algorithms for HyperLogLog sketches", 2017, which needs no correction for small numbers.
package struct DistinctSketch {
    private static let bits = 12
    private static let fewMost = 256

    /// Hashes, ascending, while there are few.
    private var few: [UInt64] = []
    private var registers: [UInt8] = []

    package init() {}

    /// Takes the hash of a value, all of whose bits must be well mixed.
    package mutating func add(_ hash: UInt64) {
        if registers.isEmpty {
            var (low, high) = (0, few.count)
            while low < high {
                let middle = (low + high) / 2
                if few[middle] < hash { low = middle + 1 } else { high = middle }
            }
            if low < few.count, few[low] == hash { return }
            few.insert(hash, at: low)
            if few.count > Self.fewMost { spread() }
            return
        }
        let index = Int(hash >> (64 - Self.bits))
        let rank = UInt8(min((hash << Self.bits).leadingZeroBitCount, 64 - Self.bits) + 1)
        if registers[index] < rank { registers[index] = rank }
    }

    private mutating func spread() {
        registers = [UInt8](repeating: 0, count: 1 << Self.bits)
        let hashes = few
        few = []
        for hash in hashes { add(hash) }
    }

    /// Takes what another sketch has seen.
    package mutating func merge(_ other: DistinctSketch) {
        if other.registers.isEmpty {
            for hash in other.few { add(hash) }
            return
        }
        if registers.isEmpty { spread() }
        for index in registers.indices where registers[index] < other.registers[index] {
            registers[index] = other.registers[index]
        }
    }

    var byteCount: Int { few.capacity * 8 + registers.capacity }

    /// About how many different values there were.
    package var estimate: Int64 {
        if registers.isEmpty { return Int64(few.count) }
        let m = Double(1 << Self.bits)
        let q = 64 - Self.bits
        var counts = [Int](repeating: 0, count: q + 2)
        for register in registers { counts[Int(register)] += 1 }
        var z = m * Self.tau(1 - Double(counts[q + 1]) / m)
        for rank in stride(from: q, through: 1, by: -1) { z = 0.5 * (z + Double(counts[rank])) }
        z += m * Self.sigma(Double(counts[0]) / m)
        return Int64((m / (2 * log(2.0)) * m / z).rounded())
    }

    private static func sigma(_ share: Double) -> Double {
        if share == 1 { return .infinity }
        var (x, y, z) = (share, 1.0, share)
        while true {
            x *= x
            let before = z
            z += x * y
            y += y
            if z == before { return z }
        }
    }

    private static func tau(_ share: Double) -> Double {
        if share == 0 || share == 1 { return 0 }
        var (x, y, z) = (share, 1.0, 1 - share)
        while true {
            x = x.squareRoot()
            let before = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == before { return z / 3 }
        }
    }
}

/// approx_count_distinct.
final class DistinctEstimateState: AggregateState {
    private var sketches: [DistinctSketch] = []

    override var byteCount: Int { sketches.reduce(0) { $0 + 64 + $1.byteCount } }

    override func resize(_ count: Int) {
        while sketches.count < count { sketches.append(DistinctSketch()) }
    }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let argument = arguments[0]
        let hashes = VectorHash.rows([argument], count: count)
        for row in 0..<count where !argument.isNull(row) {
            sketches[Int(groups[row])].add(VectorHash.mix(hashes[row]))
        }
    }

    override func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? DistinctEstimateState else { return }
        for index in 0..<count {
            sketches[Int(targets[index])].merge(other.sketches[Int(sources[index])])
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        for (row, group) in range.enumerated() {
            vector.pointer(Int64.self)[row] = sketches[group].estimate
        }
        return vector
    }
}

/// Counts of values in buckets whose bounds grow by a constant factor: a quantile is known within
/// half a percent of its value, in whatever order rows come and states are merged.
///
/// Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch", 2019.
struct QuantileSketch {
    private static let accuracy = 0.005
    private static let gamma = (1 + accuracy) / (1 - accuracy)
    private static let logGamma = log(gamma)

    private var above: [Int32: Int64] = [:]
    private var below: [Int32: Int64] = [:]
    private var zeros: Int64 = 0
    private var infinite: (low: Int64, high: Int64) = (0, 0)
    private var least = Double.infinity
    private var most = -Double.infinity
    private(set) var fraction = Double.nan

    mutating func add(_ value: Double, fraction: Double) {
        self.fraction = fraction
        if value.isNaN || value == .infinity {
            infinite.high += 1
        } else if value == -.infinity {
            infinite.low += 1
        } else if value == 0 {
            zeros += 1
        } else {
            let bucket = Int32((log(abs(value)) / Self.logGamma).rounded(.up))
            if value > 0 { above[bucket, default: 0] += 1 } else { below[bucket, default: 0] += 1 }
        }
        least = min(least, value)
        most = max(most, value)
    }

    mutating func merge(_ other: QuantileSketch) {
        above.merge(other.above, uniquingKeysWith: +)
        below.merge(other.below, uniquingKeysWith: +)
        zeros += other.zeros
        infinite.low += other.infinite.low
        infinite.high += other.infinite.high
        least = min(least, other.least)
        most = max(most, other.most)
        if fraction.isNaN { fraction = other.fraction }
    }

    var byteCount: Int { (above.capacity + below.capacity) * 24 }

    var count: Int64 {
        above.values.reduce(0, +) + below.values.reduce(0, +) + zeros + infinite.low
            + infinite.high
    }

    var quantile: Double {
        var rank = Int64((fraction * Double(count - 1)).rounded(.down))
        func middle(_ bucket: Int32) -> Double {
            2 * pow(Self.gamma, Double(bucket)) / (Self.gamma + 1)
        }
        func clamped(_ value: Double) -> Double { min(max(value, least), most) }
        if rank < infinite.low { return -.infinity }
        rank -= infinite.low
        for (bucket, count) in below.sorted(by: { $0.key > $1.key }) {
            if rank < count { return clamped(-middle(bucket)) }
            rank -= count
        }
        if rank < zeros { return 0 }
        rank -= zeros
        for (bucket, count) in above.sorted(by: { $0.key < $1.key }) {
            if rank < count { return clamped(middle(bucket)) }
            rank -= count
        }
        return .infinity
    }
}

/// approx_quantile(value, fraction).
final class QuantileEstimateState: AggregateState {
    private var sketches: [QuantileSketch] = []

    override var byteCount: Int { sketches.reduce(0) { $0 + 128 + $1.byteCount } }

    override func resize(_ count: Int) {
        while sketches.count < count { sketches.append(QuantileSketch()) }
    }

    override func update(
        _ groups: UnsafePointer<UInt32>, _ arguments: [Vector], _ count: Int
    ) throws {
        let (values, fractions) = (arguments[0], arguments[1])
        for row in 0..<count where !values.isNull(row) && !fractions.isNull(row) {
            let fraction = fractions.pointer(Double.self)[row & fractions.rowMask]
            guard fraction >= 0, fraction <= 1 else {
                throw SQLError(
                    .numericValueOutOfRange,
                    "percentile value \(fraction) is not between 0 and 1")
            }
            sketches[Int(groups[row])].add(
                values.pointer(Double.self)[row & values.rowMask], fraction: fraction)
        }
    }

    override func merge(
        _ other: AggregateState, _ sources: UnsafePointer<UInt32>,
        _ targets: UnsafePointer<UInt32>, _ count: Int
    ) throws {
        guard let other = other as? QuantileEstimateState else { return }
        for index in 0..<count {
            sketches[Int(targets[index])].merge(other.sketches[Int(sources[index])])
        }
    }

    override func result(_ range: Range<Int>, _ type: SQLType) throws -> Vector {
        let vector = Vector(type, capacity: max(range.count, 1))
        vector.count = range.count
        for (row, group) in range.enumerated() {
            if sketches[group].count == 0 {
                vector.setNull(row)
            } else {
                vector.pointer(Double.self)[row] = sketches[group].quantile
            }
        }
        return vector
    }
}
