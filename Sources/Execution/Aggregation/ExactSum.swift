import Glibc

/// A sum of doubles that is the same in whatever order they come.
///
/// Doubles are integers times 2^-1074. They are added in digits of 32 bits at fixed places, the highest
/// four of those that occurred: the digits below are dropped, whenever they come. So the sum is exact
/// but for what lies more than 75 bits below its largest summand, and rounded once, at the end.
package struct ExactSum {
    private var high: Int64 = 0
    private var second: Int64 = 0
    private var third: Int64 = 0
    private var low: Int64 = 0
    /// Place of the highest digit; -1 while all summands were zero.
    private var top: Int16 = -1
    private var special: UInt8 = 0
    /// Additions since digits were last brought below 2^32.
    private var pending: UInt32 = 0

    package init() {}

    private static let nan: UInt8 = 1
    private static let plusInfinity: UInt8 = 2
    private static let minusInfinity: UInt8 = 4
    private static let pendingMax: UInt32 = 1 << 29

    @inline(__always)
    package mutating func add(_ value: Double) {
        let bits = value.bitPattern
        var exponent = Int(truncatingIfNeeded: bits >> 52) & 0x7FF
        var mantissa = bits & 0xF_FFFF_FFFF_FFFF
        if exponent == 0x7FF {
            special |= mantissa != 0 ? Self.nan : value < 0 ? Self.minusInfinity : Self.plusInfinity
            return
        }
        if exponent == 0 {
            if mantissa == 0 { return }
        } else {
            mantissa |= 1 << 52
            exponent -= 1
        }
        let shift = UInt64(exponent & 31)
        let lower = (mantissa & 0xFFFF_FFFF) << shift
        let upper = (mantissa >> 32) << shift &+ lower >> 32
        let sign: Int64 = value < 0 ? -1 : 1
        place(
            exponent >> 5 + 2, sign &* Int64(upper >> 32), sign &* Int64(upper & 0xFFFF_FFFF),
            sign &* Int64(lower & 0xFFFF_FFFF), 0)
        pending &+= 1
        if pending >= Self.pendingMax { normalize() }
    }

    package mutating func add(_ other: ExactSum) {
        special |= other.special
        guard other.top >= 0 else { return }
        place(Int(other.top), other.high, other.second, other.third, other.low)
        pending &+= other.pending
        if pending >= Self.pendingMax { normalize() }
    }

    /// Adds four digits of which the first belongs at place `place`.
    @inline(__always)
    private mutating func place(_ place: Int, _ a: Int64, _ b: Int64, _ c: Int64, _ d: Int64) {
        if place > Int(top) { raise(to: place) }
        switch Int(top) - place {
        case 0:
            high &+= a
            second &+= b
            third &+= c
            low &+= d
        case 1:
            second &+= a
            third &+= b
            low &+= c
        case 2:
            third &+= a
            low &+= b
        case 3: low &+= a
        default: break
        }
    }

    private mutating func raise(to place: Int) {
        if top >= 0 {
            for _ in 0..<min(place - Int(top), 4) { (high, second, third, low) = (0, high, second, third) }
        }
        top = Int16(truncatingIfNeeded: place)
    }

    /// Carries, so that all digits but the highest lie in 0..<2^32.
    private mutating func normalize() {
        third &+= low >> 32
        low &= 0xFFFF_FFFF
        second &+= third >> 32
        third &= 0xFFFF_FFFF
        high &+= second >> 32
        second &= 0xFFFF_FFFF
        pending = 0
    }

    /// The nearest double.
    package var value: Double {
        if special != 0 {
            if special == Self.plusInfinity { return .infinity }
            return special == Self.minusInfinity ? -.infinity : .nan
        }
        var sum = self
        sum.normalize()
        let isNegative = sum.high < 0
        if isNegative {
            sum = self
            (sum.high, sum.second, sum.third, sum.low) = (0 &- high, 0 &- second, 0 &- third, 0 &- low)
            sum.normalize()
        }
        let upper = UInt128(UInt64(bitPattern: sum.high)) << 32 | UInt128(sum.second)
        let lower = UInt64(sum.third) << 32 | UInt64(sum.low)
        // The leading 64 bits, the last of them set if anything follows.
        var leading: UInt64
        var exponent = (Int(top) - 3) * 32 - 1074
        if upper == 0 {
            leading = lower
        } else {
            let width = 128 - upper.leadingZeroBitCount
            if width <= 64 {
                let room = UInt64(64 - width)
                leading = UInt64(truncatingIfNeeded: upper) << room
                if room > 0 { leading |= lower >> (64 - room) }
                if lower << room != 0 { leading |= 1 }
                exponent += 64 - Int(room)
            } else {
                let excess = UInt128(width - 64)
                leading = UInt64(truncatingIfNeeded: upper >> excess)
                if upper & ((1 << excess) - 1) != 0 || lower != 0 { leading |= 1 }
                exponent += 64 + width - 64
            }
        }
        let magnitude = scalbn(Double(leading), Int32(truncatingIfNeeded: exponent))
        return isNegative ? -magnitude : magnitude
    }

    /// The sum as a double and what that leaves out.
    var pair: DoublePair {
        let nearest = value
        guard nearest.isFinite else { return DoublePair(nearest, 0) }
        var rest = self
        rest.add(-nearest)
        return DoublePair(nearest, rest.value)
    }
}

/// An unevaluated sum of two doubles: about 106 bits.
struct DoublePair {
    let high: Double
    let low: Double

    init(_ high: Double, _ low: Double) {
        self.high = high
        self.low = low
    }

    /// a × b − c × d.
    static func difference(
        _ a: DoublePair, _ b: DoublePair, _ c: DoublePair, _ d: DoublePair
    ) -> Double {
        let (x, y) = (product(a, b), product(c, d))
        let sum = x.high - y.high
        let back = sum - x.high
        let error = (x.high - (sum - back)) - (y.high + back)
        return sum + (error + (x.low - y.low))
    }

    private static func product(_ a: DoublePair, _ b: DoublePair) -> DoublePair {
        let high = a.high * b.high
        let error = (-high).addingProduct(a.high, b.high)
        let low = error + (a.high * b.low + a.low * b.high)
        let sum = high + low
        return DoublePair(sum, low - (sum - high))
    }
}

extension ExactSum {
    /// Adds a × b without rounding it.
    @inline(__always)
    mutating func addProduct(_ a: Double, _ b: Double) {
        let product = a * b
        add(product)
        if product.isFinite { add((-product).addingProduct(a, b)) }
    }
}
