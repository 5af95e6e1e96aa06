import Execution
import Testing
import Vectors

/// HyperLogLog: how far off, and that the order of things does not show.
struct DistinctSketchTests {
    private func sketch(_ values: Range<Int>) -> DistinctSketch {
        var sketch = DistinctSketch()
        for value in values { sketch.add(VectorHash.mix(UInt64(value) &+ 0x9E37_79B9_7F4A_7C15)) }
        return sketch
    }

    @Test(arguments: [0, 1, 7, 256]) func fewAreCountedExactly(_ count: Int) {
        var few = sketch(0..<count)
        few.merge(sketch(0..<count))
        #expect(few.estimate == Int64(count))
    }

    @Test(arguments: [257, 1_000, 5_000, 12_000, 50_000, 1_000_000])
    func manyAreEstimated(_ count: Int) {
        let estimate = Double(sketch(0..<count).estimate)
        // Three standard errors.
        #expect(abs(estimate - Double(count)) <= 0.05 * Double(count))
    }

    @Test func mergingIsCountingTogether() {
        for (a, b) in [(0..<100, 50..<200), (0..<100, 90..<9_000), (0..<9_000, 8_000..<20_000)] {
            var left = sketch(a)
            left.merge(sketch(b))
            var right = sketch(b)
            right.merge(sketch(a))
            let whole = sketch(a.lowerBound..<b.upperBound)
            #expect(left.estimate == whole.estimate)
            #expect(right.estimate == whole.estimate)
        }
    }
}
