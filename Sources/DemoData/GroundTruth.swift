import Foundation

/// What the demo data hold, counted while they were made: the oracle for whoever loads them.
///
/// Money is an exact decimal string with four digits behind the point.
package struct GroundTruth: Codable, Sendable, Equatable {
    package struct Revenue: Codable, Sendable, Equatable {
        package var store: String
        package var date: String
        /// Σ net_amount over lines that are not voided, of kind SALE or RETURN.
        package var net: String

        package init(store: String, date: String, net: String) {
            self.store = store
            self.date = date
            self.net = net
        }
    }

    package struct Pair: Codable, Sendable, Equatable {
        package var a: String
        package var b: String
        /// The lift the generator aimed at.
        package var plantedLift: Double
        /// Baskets of the history that are not voided and hold at least one SALE line.
        package var baskets: Int
        package var basketsWithA: Int
        package var basketsWithB: Int
        package var basketsWithBoth: Int
    }

    package struct UnusableEvent: Codable, Sendable, Equatable {
        package var source: String
        package var id: String
        package var reason: String
    }

    package struct Outage: Codable, Sendable, Equatable {
        package var store: String
        package var date: String
        package var fromHour: Int
        package var toHour: Int
    }

    package struct History: Codable, Sendable, Equatable {
        package var firstDay = ""
        package var lastDay = ""
        package var rows: [String: Int] = [:]
        package var revenue: [Revenue] = []
        package var pairs: [Pair] = []
        package var outage: Outage?
        package var returnLines = 0
        package var voidedBaskets = 0
        package var correctedBaskets = 0
        package var lateLines = 0
        /// Days of 23 or 25 hours within the history.
        package var daylightSavingDays: [String] = []
        package init() {}
    }

    package struct Events: Codable, Sendable, Equatable {
        /// Events as sent, duplicates included.
        package var sent = 0
        package var distinct = 0
        package var duplicates = 0
        package var late = 0
        package var unknownSKULines = 0
        package var returnLines = 0
        package var voids = 0
        package var corrections = 0
        package var unusable: [UnusableEvent] = []
        /// Rows of each fact once every version is settled.
        package var rows: [String: Int] = [:]
        package var revenue: [Revenue] = []
        package init() {}
    }

    package var seed: UInt64
    package var history = History()
    package var events = Events()
    package init(seed: UInt64) { self.seed = seed }

    /// The file's bytes: sorted keys, so that equal truths are equal files.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }

    package init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(GroundTruth.self, from: Data(json))
    }

    /// Money × 10^4 as text.
    package static func money(_ value: Int64) -> String {
        let digits = DemoCalendar.padded(Int(value.magnitude), 5)
        let point = digits.index(digits.endIndex, offsetBy: -4)
        return (value < 0 ? "-" : "") + digits[..<point] + "." + digits[point...]
    }
}
