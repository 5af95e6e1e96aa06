import Glibc

/// Text of binary floating point, as PostgreSQL 15 writes it with extra_float_digits = 1.
package enum FloatText {
    /// 10^n as a double, exact for n in 0…22.
    @inline(__always)
    package static func exactPower(_ n: Int) -> Double {
        var value = 1.0
        for _ in 0..<n { value *= 10 }
        return value
    }

    /// The shortest text that reads back as the same value; returns the bytes written (at most 32).
    package static func write(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int {
        if let count = special(value, to: out) { return count }
        if value.magnitude < 1e15, value == value.rounded(.towardZero) {
            var at = 0
            if value.sign == .minus {
                out[0] = 0x2D
                at = 1
            }
            return at + IntegerText.write(Int64(value.magnitude), to: out + at)
        }
        var text = value.description
        return text.withUTF8 { layout($0, fixedBelow: 15, to: out) }
    }

    package static func write(_ value: Float, to out: UnsafeMutablePointer<UInt8>) -> Int {
        if let count = special(Double(value), to: out) { return count }
        var text = value.description
        return text.withUTF8 { layout($0, fixedBelow: 6, to: out) }
    }

    private static func special(_ value: Double, to out: UnsafeMutablePointer<UInt8>) -> Int? {
        let text: StaticString
        if value.isNaN {
            text = "NaN"
        } else if value.isInfinite {
            text = value < 0 ? "-Infinity" : "Infinity"
        } else {
            return nil
        }
        out.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return text.utf8CodeUnitCount
    }

    /// Lays the digits of Swift's shortest form out by PostgreSQL's rule of fixed or exponent form.
    private static func layout(
        _ source: UnsafeBufferPointer<UInt8>, fixedBelow: Int, to out: UnsafeMutablePointer<UInt8>
    ) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 512) { scratch in
            var digits = 0
            var exponent = 0
            var sawPoint = false
            var at = 0
            var index = 0
            if source.first == 0x2D {
                out[0] = 0x2D
                at = 1
                index = 1
            }
            var leading = true
            while index < source.count, source[index] != 0x65 {
                let byte = source[index]
                index += 1
                if byte == 0x2E {
                    sawPoint = true
                    continue
                }
                if leading, byte == 0x30 {
                    if sawPoint { exponent -= 1 }
                    continue
                }
                leading = false
                scratch[digits] = byte
                digits += 1
                if !sawPoint { exponent += 1 }
            }
            if index < source.count {
                var written = 0
                var negative = false
                for byte in source[(index + 1)...] {
                    if byte == 0x2D {
                        negative = true
                    } else if byte != 0x2B {
                        written = written * 10 + Int(byte &- 0x30)
                    }
                }
                exponent += negative ? -written : written
            }
            while digits > 1, scratch[digits - 1] == 0x30 { digits -= 1 }
            if digits == 0 {
                out[at] = 0x30
                return at + 1
            }
            // The value is 0.DIGITS × 10^exponent.
            let scientific = exponent - 1
            if scientific < -4 || scientific >= fixedBelow {
                out[at] = scratch[0]
                at += 1
                if digits > 1 {
                    out[at] = 0x2E
                    at += 1
                    for k in 1..<digits {
                        out[at] = scratch[k]
                        at += 1
                    }
                }
                out[at] = 0x65
                out[at + 1] = scientific < 0 ? 0x2D : 0x2B
                at += 2
                if scientific.magnitude < 10 {
                    out[at] = 0x30
                    at += 1
                }
                return at + IntegerText.write(Int64(scientific.magnitude), to: out + at)
            }
            if exponent <= 0 {
                out[at] = 0x30
                out[at + 1] = 0x2E
                at += 2
                for _ in 0..<(-exponent) {
                    out[at] = 0x30
                    at += 1
                }
            }
            for k in 0..<max(digits, exponent) {
                if k == exponent, k > 0 {
                    out[at] = 0x2E
                    at += 1
                }
                out[at] = k < digits ? scratch[k] : 0x30
                at += 1
            }
            return at
        }
    }

    /// C's %.{digits}g.
    package static func general(_ value: Double, digits: Int) -> String {
        printed("%.*g", value, digits)
    }

    /// C's %.{digits}f.
    package static func fixed(_ value: Double, digits: Int) -> String {
        printed("%.*f", value, min(digits, 400))
    }

    /// C's %.{digits}e.
    package static func scientific(_ value: Double, digits: Int) -> String {
        printed("%.*e", value, min(digits, 1000))
    }

    private static func printed(_ format: StaticString, _ value: Double, _ digits: Int) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            let count = format.utf8Start.withMemoryRebound(to: CChar.self, capacity: 5) { format in
                withVaList([CInt(truncatingIfNeeded: digits), value]) {
                    vsnprintf(base, 1024, format, $0)
                }
            }
            let bytes = UnsafeRawBufferPointer(start: base, count: Int(max(0, min(count, 1023))))
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The correctly rounded double of decimal text; nil where it is not all a number.
    package static func double(_ text: some Collection<UInt8>) -> Double? {
        withCString(text) { start in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            guard let end, end.pointee == 0, end != start else { return nil }
            return value
        }
    }

    package static func float(_ text: some Collection<UInt8>) -> Float? {
        withCString(text) { start in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtof(start, &end)
            guard let end, end.pointee == 0, end != start else { return nil }
            return value
        }
    }

    private static func withCString<R>(
        _ text: some Collection<UInt8>, _ body: (UnsafePointer<CChar>) -> R?
    ) -> R? {
        let count = text.count
        guard count > 0, !text.contains(0) else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer -> R? in
            var at = 0
            for byte in text {
                buffer[at] = CChar(bitPattern: byte)
                at += 1
            }
            buffer[at] = 0
            guard let base = buffer.baseAddress else { return nil }
            return body(UnsafePointer(base))
        }
    }
}
