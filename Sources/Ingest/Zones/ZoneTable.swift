import Basics

/// The offsets of one IANA zone as a sorted table of transitions: a look-up is a binary search, never
/// a calendar call.
package struct ZoneTable: Sendable, Equatable {
    /// Instants (microseconds since 2000-01-01 UTC) at which the offset changes.
    package private(set) var transitions: [Int64]
    /// Seconds east of UTC: `offsets[i]` holds before `transitions[i]`, the last one for ever after.
    package private(set) var offsets: [Int32]

    package static let utc = ZoneTable(transitions: [], offsets: [0])

    /// `offsets` has one element more than `transitions`, which ascend.
    package init(transitions: [Int64], offsets: [Int32]) {
        self.transitions = transitions
        self.offsets = offsets
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: Int64) -> Int32 {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low < offsets.count ? offsets[low] : 0
    }

    /// The local wall clock at an instant, as if it were UTC.
    package func local(_ instant: Int64) -> Int64 {
        instant &+ Int64(offset(at: instant)) * 1_000_000
    }

    /// (local wall time − cut-off)::date, and the minute of the local day.
    package func businessTime(at instant: Int64, cutoffHour: Int) -> (day: Int32, minute: Int16) {
        let local = local(instant)
        let shifted = local - Int64(cutoffHour) * 60 * Timestamps.microsecondsPerMinute
        let day = floorDivide(shifted, by: Timestamps.microsecondsPerDay)
        let midnight =
            floorDivide(local, by: Timestamps.microsecondsPerDay) * Timestamps.microsecondsPerDay
        return (
            Int32(clamping: day),
            Int16(truncatingIfNeeded: (local - midnight) / Timestamps.microsecondsPerMinute)
        )
    }
}

extension ZoneTable {
    /// Parses a TZif file (RFC 8536); its footer's rule is written out to the year 2099.
    package init(tzif bytes: [UInt8]) throws {
        var transitions: [Int64] = []
        var offsets: [Int32] = [0]
        var footer = ""
        try bytes.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            var header = try TZifHeader(&reader)
            guard header.version >= 0x32 else {
                throw ByteReaderError.malformed("TZif version 2 or later expected", offset: 4)
            }
            _ = try reader.slice(header.bodyBytes(timeBytes: 4))
            header = try TZifHeader(&reader)
            guard header.types > 0 else {
                throw ByteReaderError.malformed("no local time type", offset: reader.offset)
            }
            for _ in 0..<header.times {
                let unix = Int64(bitPattern: try reader.integer(UInt64.self).byteSwapped)
                let seconds = min(max(unix, -(1 << 40)), 1 << 40) - Timestamps.unixOffsetSeconds
                transitions.append(seconds * 1_000_000)
            }
            let types = Array(try reader.slice(header.times))
            var typeOffsets: [Int32] = []
            for _ in 0..<header.types {
                typeOffsets.append(Int32(bitPattern: try reader.integer(UInt32.self).byteSwapped))
                _ = try reader.slice(2)
            }
            offsets = [typeOffsets[0]]
            for type in types {
                guard Int(type) < typeOffsets.count else {
                    throw ByteReaderError.malformed("unknown time type", offset: reader.offset)
                }
                offsets.append(typeOffsets[Int(type)])
            }
            _ = try reader.slice(header.chars + header.leaps * 12 + header.standards + header.uts)
            footer = String(decoding: try reader.slice(reader.remaining), as: UTF8.self)
        }
        self.init(transitions: transitions, offsets: offsets)
        if let rule = PosixRule(footer.trimmedLines) { extend(by: rule) }
    }

    private mutating func extend(by rule: PosixRule) {
        for year in 1971..<2100 {
            for (instant, offset) in rule.transitions(in: year)
            where instant > transitions.last ?? Int64.min && offset != offsets.last {
                transitions.append(instant)
                offsets.append(offset)
            }
        }
    }
}

private struct TZifHeader {
    let version: UInt8
    let uts: Int
    let standards: Int
    let leaps: Int
    let times: Int
    let types: Int
    let chars: Int

    init(_ reader: inout ByteReader) throws {
        let magic = try reader.slice(4)
        guard magic.elementsEqual("TZif".utf8) else {
            throw ByteReaderError.malformed("not a TZif file", offset: reader.offset)
        }
        version = try reader.integer(UInt8.self)
        _ = try reader.slice(15)
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try reader.integer(UInt32.self).byteSwapped)) }
        uts = counts[0]
        standards = counts[1]
        leaps = counts[2]
        times = counts[3]
        types = counts[4]
        chars = counts[5]
    }

    func bodyBytes(timeBytes: Int) -> Int {
        times * timeBytes + times + types * 6 + chars + leaps * (timeBytes + 4) + standards + uts
    }
}

extension String {
    fileprivate var trimmedLines: String { String(filter { $0 != "\n" }) }
}
