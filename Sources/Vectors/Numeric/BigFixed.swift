import Glibc

extension Double {
    var naturalLogarithm: Double { log(self) }
    var magnitudeLog10: Double { log10(magnitude) }
}

/// A signed fixed-point number of any length: the workshop of NumericMath, never in a hot loop.
///
/// magnitude is in base 2^32, least significant first; the value is magnitude × 10^-scale.
struct BigFixed {
    private var magnitude: [UInt32]
    private var isNegative: Bool
    let scale: Int

    private init(_ magnitude: [UInt32], _ isNegative: Bool, _ scale: Int) {
        self.magnitude = magnitude
        self.isNegative = isNegative
        self.scale = scale
        while self.magnitude.last == 0 { self.magnitude.removeLast() }
    }

    var isZero: Bool { magnitude.isEmpty }

    init(_ value: Decimal, scale: Int) {
        var words: [UInt32] = []
        var rest = value.mantissa.magnitude
        while rest != 0 {
            words.append(UInt32(truncatingIfNeeded: rest))
            rest >>= 32
        }
        let shift = scale - Int(value.scale)
        let scaled =
            shift >= 0
            ? Self.multiply(words, Self.power(shift))
            : Self.divide(words, Self.power(-shift))
        self.init(scaled, value.mantissa < 0, scale)
    }

    private static func power(_ exponent: Int) -> [UInt32] {
        var result: [UInt32] = [1]
        var rest = exponent
        while rest > 0 {
            let step = min(rest, 9)
            result = multiply(result, [UInt32(PowerOfTen.table64[step])])
            rest -= step
        }
        return result
    }

    static func multiply(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        guard !a.isEmpty, !b.isEmpty else { return [] }
        var out = [UInt32](repeating: 0, count: a.count + b.count)
        for (i, x) in a.enumerated() {
            var carry: UInt64 = 0
            for (j, y) in b.enumerated() {
                let sum = UInt64(x) * UInt64(y) + UInt64(out[i + j]) + carry
                out[i + j] = UInt32(truncatingIfNeeded: sum)
                carry = sum >> 32
            }
            out[i + b.count] = UInt32(truncatingIfNeeded: carry)
        }
        while out.last == 0 { out.removeLast() }
        return out
    }

    static func compare(_ a: [UInt32], _ b: [UInt32]) -> Int {
        if a.count != b.count { return a.count < b.count ? -1 : 1 }
        for index in stride(from: a.count - 1, through: 0, by: -1) where a[index] != b[index] {
            return a[index] < b[index] ? -1 : 1
        }
        return 0
    }

    private static func add(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var out: [UInt32] = []
        var carry: UInt64 = 0
        for index in 0..<max(a.count, b.count) {
            carry += UInt64(index < a.count ? a[index] : 0)
            carry += UInt64(index < b.count ? b[index] : 0)
            out.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        if carry > 0 { out.append(UInt32(carry)) }
        return out
    }

    /// a - b for a ≥ b.
    private static func subtract(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var out: [UInt32] = []
        var borrow: Int64 = 0
        for index in 0..<a.count {
            let difference = Int64(a[index]) - (index < b.count ? Int64(b[index]) : 0) - borrow
            borrow = difference < 0 ? 1 : 0
            out.append(UInt32(truncatingIfNeeded: difference))
        }
        while out.last == 0 { out.removeLast() }
        return out
    }

    /// Truncating division (Knuth's algorithm D).
    private static func divide(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        guard let top = b.last, compare(a, b) >= 0 else { return [] }
        if b.count == 1 {
            var out = [UInt32](repeating: 0, count: a.count)
            var rest: UInt64 = 0
            for index in stride(from: a.count - 1, through: 0, by: -1) {
                let value = rest << 32 | UInt64(a[index])
                out[index] = UInt32(truncatingIfNeeded: value / UInt64(top))
                rest = value % UInt64(top)
            }
            while out.last == 0 { out.removeLast() }
            return out
        }
        let shift = UInt32(top.leadingZeroBitCount)
        let v = shiftedLeft(b, shift)
        var u = shiftedLeft(a, shift)
        if u.count == a.count { u.append(0) }
        let n = v.count
        var out = [UInt32](repeating: 0, count: u.count - n)
        for j in stride(from: u.count - n - 1, through: 0, by: -1) {
            let head = UInt64(u[j + n]) << 32 | UInt64(u[j + n - 1])
            var guess = head / UInt64(v[n - 1])
            var rest = head % UInt64(v[n - 1])
            while guess >> 32 != 0
                || guess * UInt64(v[n - 2]) > (rest << 32 | UInt64(u[j + n - 2]))
            {
                guess -= 1
                rest += UInt64(v[n - 1])
                if rest >> 32 != 0 { break }
            }
            var borrow: Int64 = 0
            var carry: UInt64 = 0
            for i in 0..<n {
                let product = guess * UInt64(v[i]) + carry
                carry = product >> 32
                let difference = Int64(u[i + j]) - borrow - Int64(product & 0xFFFF_FFFF)
                u[i + j] = UInt32(truncatingIfNeeded: difference)
                borrow = difference < 0 ? 1 : 0
            }
            let difference = Int64(u[j + n]) - borrow - Int64(carry)
            u[j + n] = UInt32(truncatingIfNeeded: difference)
            if difference < 0 {
                guess -= 1
                var back: UInt64 = 0
                for i in 0..<n {
                    back += UInt64(u[i + j]) + UInt64(v[i])
                    u[i + j] = UInt32(truncatingIfNeeded: back)
                    back >>= 32
                }
                u[j + n] = u[j + n] &+ UInt32(truncatingIfNeeded: back)
            }
            out[j] = UInt32(truncatingIfNeeded: guess)
        }
        while out.last == 0 { out.removeLast() }
        return out
    }

    private static func shiftedLeft(_ a: [UInt32], _ shift: UInt32) -> [UInt32] {
        guard shift > 0 else { return a }
        var out: [UInt32] = []
        var carry: UInt32 = 0
        for word in a {
            out.append(word << shift | carry)
            carry = word >> (32 - shift)
        }
        if carry != 0 { out.append(carry) }
        return out
    }

    private func whole(_ value: Int) -> BigFixed {
        BigFixed(Decimal(mantissa: Int128(value), scale: 0), scale: scale)
    }

    func adding(_ other: BigFixed) -> BigFixed {
        if isNegative == other.isNegative {
            return BigFixed(Self.add(magnitude, other.magnitude), isNegative, scale)
        }
        return Self.compare(magnitude, other.magnitude) >= 0
            ? BigFixed(Self.subtract(magnitude, other.magnitude), isNegative, scale)
            : BigFixed(Self.subtract(other.magnitude, magnitude), other.isNegative, scale)
    }

    var negated: BigFixed { BigFixed(magnitude, !isNegative, scale) }

    func multiplied(by other: BigFixed) -> BigFixed {
        BigFixed(
            Self.divide(Self.multiply(magnitude, other.magnitude), Self.power(scale)),
            isNegative != other.isNegative, scale)
    }

    func divided(by other: BigFixed) -> BigFixed {
        BigFixed(
            Self.divide(Self.multiply(magnitude, Self.power(scale)), other.magnitude),
            isNegative != other.isNegative, scale)
    }

    private func divided(by small: Int) -> BigFixed {
        BigFixed(
            Self.divide(magnitude, [UInt32(truncatingIfNeeded: small)]), isNegative, scale)
    }

    func squareRoot() -> BigFixed {
        guard !isZero else { return self }
        // Newton's iteration on whole numbers from above.
        let target = Self.multiply(magnitude, Self.power(scale))
        var guess = [UInt32](repeating: 0, count: target.count / 2) + [1, 1]
        while true {
            let next = Self.divide(Self.add(guess, Self.divide(target, guess)), [2])
            if Self.compare(next, guess) >= 0 { break }
            guess = next
        }
        return BigFixed(guess, false, scale)
    }

    func exponential() -> BigFixed {
        // e^x = (e^(x / 2^k))^(2^k) with a small argument for the series.
        var halvings = 0
        var x = self
        let limit = whole(1)
        while Self.compare(
            x.magnitude, Self.divide(limit.magnitude, [64])) > 0, halvings < 64
        {
            x = x.divided(by: 2)
            halvings += 1
        }
        var (sum, term) = (limit, limit)
        var n = 1
        while !term.isZero {
            term = term.multiplied(by: x).divided(by: n)
            sum = sum.adding(term)
            n += 1
        }
        for _ in 0..<halvings { sum = sum.multiplied(by: sum) }
        return sum
    }

    func logarithm() -> BigFixed {
        // Square roots bring the value near 1; ln x = 2^k · 2 · artanh((y - 1) / (y + 1)).
        var y = self
        var doublings = 1
        let one = whole(1)
        let near = Self.divide(one.magnitude, [8])
        while Self.compare(y.adding(one.negated).magnitude, near) > 0, doublings < 200 {
            y = y.squareRoot()
            doublings += 1
        }
        let ratio = y.adding(one.negated).divided(by: y.adding(one))
        let square = ratio.multiplied(by: ratio)
        var (sum, power) = (ratio, ratio)
        var n = 3
        while !power.isZero {
            power = power.multiplied(by: square)
            sum = sum.adding(power.divided(by: n))
            n += 2
        }
        for _ in 0..<doublings { sum = sum.adding(sum) }
        return sum
    }

    /// The value at another scale, rounded half away from zero; nil where it has too many digits.
    func mantissa(scale target: Int) -> Int128? {
        var words = magnitude
        if target >= scale {
            words = Self.multiply(words, Self.power(target - scale))
        } else {
            let unit = Self.power(scale - target)
            words = Self.divide(Self.add(words, Self.divide(unit, [2])), unit)
        }
        guard words.count <= 4 else { return nil }
        var value: UInt128 = 0
        for word in words.reversed() { value = value << 32 | UInt128(word) }
        guard value <= PowerOfTen.limit.magnitude else { return nil }
        return isNegative ? -Int128(value) : Int128(value)
    }
}
