import Basics
import Glibc

/// Draws an index with given weights in constant time (Vose's alias method, 1991).
struct AliasTable: Sendable {
    private var threshold: [Double] = []
    private var alias: [Int32] = []

    init(_ weights: [Double]) {
        let count = weights.count
        let total = weights.reduce(0, +)
        guard count > 0, total > 0 else { return }
        var scaled = weights.map { $0 * Double(count) / total }
        threshold = [Double](repeating: 1, count: count)
        alias = (0..<count).map { Int32($0) }
        var small = scaled.indices.filter { scaled[$0] < 1 }
        var large = scaled.indices.filter { scaled[$0] >= 1 }
        while let less = small.popLast(), let more = large.last {
            threshold[less] = scaled[less]
            alias[less] = Int32(more)
            scaled[more] -= 1 - scaled[less]
            if scaled[more] < 1 {
                large.removeLast()
                small.append(more)
            }
        }
    }

    @inline(__always)
    func draw(_ random: inout SplitMix64) -> Int {
        let bits = random.next()
        let slot = Int(((bits >> 32) * UInt64(threshold.count)) >> 32)
        let fraction = Double(UInt32(truncatingIfNeeded: bits)) * 0x1p-32
        return fraction < threshold[slot] ? slot : Int(alias[slot])
    }
}

extension SplitMix64 {
    /// A whole number in 0..<bound; the bias of the multiplication is below 2^-32 here.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int {
        Int(((next() >> 32) * UInt64(truncatingIfNeeded: bound)) >> 32)
    }

    @inline(__always)
    mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// Standard normal (Box and Muller, 1958).
    mutating func normal() -> Double {
        sqrt(-2 * log(max(unit(), 1e-300))) * cos(2 * Double.pi * unit())
    }

    mutating func poisson(_ mean: Double) -> Int {
        guard mean < 60 else { return max(0, Int((mean + normal() * sqrt(mean)).rounded())) }
        let limit = exp(-mean)
        var product = unit()
        var count = 0
        while product > limit, count < 1000 {
            product *= unit()
            count += 1
        }
        return count
    }
}

/// Basket sizes: negative binomial, mean 10, of at least one line.
func negativeBinomialWeights(mean: Double, dispersion: Double, max: Int) -> [Double] {
    let success = dispersion / (dispersion + mean)
    var weights: [Double] = []
    var probability = pow(success, dispersion)
    for count in 0..<max {
        weights.append(count == 0 ? 0 : probability)
        probability *= (dispersion + Double(count)) / Double(count + 1) * (1 - success)
    }
    return weights
}
