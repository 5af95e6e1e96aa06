import Execution
import Testing

/// Sums of doubles: the same in every order, and the exact sum rounded once.
struct ExactSumTests {
    private func sum(_ values: [Double]) -> Double {
        var sum = ExactSum()
        for value in values { sum.add(value) }
        return sum.value
    }

    @Test(arguments: [
        [0.1, 0.2], [1, -1], [0], [-0.0], [5e-324, 5e-324], [1e308, 5e307], [1.5, -2.5, 1],
        [Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude],
    ])
    func pairsAreRoundedAsAddition(_ values: [Double]) {
        #expect(sum(values) == values.reduce(0, +))
    }

    @Test func cancellationLeavesWhatIsSmall() {
        #expect(sum([1e16, 1, -1e16]) == 1)
        #expect(sum([1, 1e20, 1, -1e20]) == 2)
        #expect(sum([-3, 1e16, -1e16]) == -3)
    }

    @Test func specialValues() {
        #expect(sum([.infinity, 1]) == .infinity)
        #expect(sum([-.infinity, 1]) == -.infinity)
        #expect(sum([.infinity, -.infinity]).isNaN)
        #expect(sum([.nan, 1]).isNaN)
    }

    @Test func anyOrderAndAnyDivision() {
        var state: UInt64 = 42
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 11
        }
        for _ in 0..<200 {
            var values = (0..<50).map { _ in
                let magnitude = Double(random() % 80) - 40
                return (Double(random()) - 4.5e15) * Double(sign: .plus, exponent: Int(magnitude), significand: 1)
            }
            let expected = sum(values)
            for _ in 0..<5 {
                for index in values.indices.dropFirst() {
                    values.swapAt(index, Int(random() % UInt64(index + 1)))
                }
                #expect(sum(values) == expected)
                var parts = [ExactSum(), ExactSum(), ExactSum()]
                for value in values { parts[Int(random() % 3)].add(value) }
                var whole = parts[2]
                whole.add(parts[0])
                whole.add(parts[1])
                #expect(whole.value == expected)
            }
        }
    }
}
