/// Floats that are decimals in disguise: v = n / 10^scale exactly, so n can be stored as an integer.
///
/// The idea is ALP's (Afroozeh, Kuffó, Boncz, SIGMOD 2023), here with one scale a chunk and no
/// exceptions: unless every value comes back bit for bit, the chunk stays plain.
enum ScaledFloats {
    /// Powers that a Double holds exactly.
    static let powers: [Double] = (0...22).reduce(into: []) { list, _ in
        list.append((list.last ?? 0.1) * 10)
    }
    static let scaleMax = 15

    @inline(__always)
    static func float64(_ integer: Int64, _ power: Double) -> Double { Double(integer) / power }

    @inline(__always)
    static func float32(_ integer: Int64, _ power: Double) -> Float {
        Float(Double(integer) / power)
    }

    /// The integer that stands for the value, nil where it does not come back exactly.
    @inline(__always)
    private static func integer(_ value: Double, _ power: Double) -> Int64? {
        let scaled = (value * power).rounded()
        // Also false for NaN; beyond 2^53 a Double skips integers.
        guard scaled.magnitude < 9_007_199_254_740_992 else { return nil }
        return Int64(scaled)
    }

    @inline(__always)
    static func integer64(_ value: Double, _ power: Double) -> Int64? {
        guard let integer = integer(value, power),
            float64(integer, power).bitPattern == value.bitPattern
        else { return nil }
        return integer
    }

    @inline(__always)
    static func integer32(_ value: Float, _ power: Double) -> Int64? {
        guard let integer = integer(Double(value), power),
            float32(integer, power).bitPattern == value.bitPattern
        else { return nil }
        return integer
    }

    /// Writes the integers that stand for a chunk's values and returns their scale: the smallest that
    /// holds a sample. nil where it does not hold all rows, or there is none.
    @inline(__always)
    static func encode(
        _ frame: ChunkEncoder.Frame, into out: UnsafeMutablePointer<Int64>,
        integer: (Int, Double) -> Int64?
    ) -> Int? {
        var scale = 0
        let samples = min(frame.count, 64)
        for sample in 0..<samples {
            let row = sample * frame.count / samples
            guard frame.isValid(row) else { continue }
            while integer(row, powers[scale]) == nil {
                scale += 1
                if scale > scaleMax { return nil }
            }
        }
        let power = powers[scale]
        for row in 0..<frame.count {
            guard frame.isValid(row) else {
                out[row] = 0
                continue
            }
            guard let value = integer(row, power) else { return nil }
            out[row] = value
        }
        return scale
    }
}
