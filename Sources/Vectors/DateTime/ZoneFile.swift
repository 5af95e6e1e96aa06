import Basics
import Glibc

/// Reads TZif files, version 2 and later.
enum ZoneFile {
    private static let root = "/usr/share/zoneinfo/"
    private static let bytesMax = 1 << 20
    /// Seconds from 1970-01-01 to 2000-01-01.
    private static let epochShift: Int64 = 946_684_800
    private static let generatedUntilYear = 2450

    static func load(_ name: String) -> TimeZoneRules? {
        guard !name.isEmpty, name.utf8.count < 100, !name.contains(".."),
            name.utf8.allSatisfy({ isNameByte($0) }), let first = name.first, first != "/"
        else { return nil }
        for candidate in spellings(name) {
            guard let bytes = read(root + candidate) else { continue }
            if let rules = bytes.withUnsafeBytes({ try? parse($0, name: candidate) }) {
                return rules
            }
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || [0x2F, 0x5F, 0x2D, 0x2B].contains(byte)
    }

    /// The name as given, in the usual capitalisation, and in capitals.
    private static func spellings(_ name: String) -> [String] {
        var usual = ""
        var atStart = true
        var word = ""
        func flush() {
            usual += ["of", "es", "au"].contains(word.lowercased()) ? word.lowercased() : word
            word = ""
        }
        for character in name.lowercased() {
            if character.isLetter {
                word += atStart ? character.uppercased() : String(character)
                atStart = false
            } else {
                flush()
                usual.append(character)
                atStart = true
            }
        }
        flush()
        return [name, usual, name.uppercased()]
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < bytesMax {
            let got = Glibc.read(descriptor, &chunk, chunk.count)
            if got < 0 { return nil }
            if got == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<got])
        }
        return nil
    }

    private static func bigEndian<T: FixedWidthInteger>(
        _ reader: inout ByteReader, _: T.Type
    ) throws -> T {
        T(bigEndian: T(littleEndian: try reader.integer(T.self)))
    }

    private struct Header {
        var version: UInt8
        var utIndicators, standardIndicators, leaps, times, types, characters: Int

        init(_ reader: inout ByteReader) throws {
            let magic = try reader.slice(4)
            guard magic.elementsEqual([0x54, 0x5A, 0x69, 0x66]) else {
                throw ByteReaderError.malformed("not a TZif file", offset: 0)
            }
            version = try reader.integer(UInt8.self)
            _ = try reader.slice(15)
            func count() throws -> Int { Int(try bigEndian(&reader, UInt32.self)) }
            utIndicators = try count()
            standardIndicators = try count()
            leaps = try count()
            times = try count()
            types = try count()
            characters = try count()
        }

        func bodyBytes(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4)
                + standardIndicators + utIndicators
        }
    }

    private static func parse(_ raw: UnsafeRawBufferPointer, name: String) throws
        -> TimeZoneRules
    {
        var reader = ByteReader(raw)
        var header = try Header(&reader)
        guard header.version >= 0x32 else {
            throw ByteReaderError.malformed("TZif version 1", offset: 4)
        }
        _ = try reader.slice(header.bodyBytes(timeBytes: 4))
        header = try Header(&reader)
        guard header.times < 100_000, header.types >= 1, header.types <= 256 else {
            throw ByteReaderError.malformed("TZif counts", offset: 0)
        }
        var times: [Int64] = []
        for _ in 0..<header.times { times.append(try bigEndian(&reader, Int64.self)) }
        var indexes: [Int] = []
        for _ in 0..<header.times { indexes.append(Int(try reader.integer(UInt8.self))) }
        var types: [(offset: Int32, isDST: Bool, name: Int)] = []
        for _ in 0..<header.types {
            let offset = try bigEndian(&reader, Int32.self)
            let isDST = try reader.integer(UInt8.self) != 0
            types.append((offset, isDST, Int(try reader.integer(UInt8.self))))
        }
        let names = try reader.slice(header.characters)
        _ = try reader.slice(
            header.leaps * 12 + header.standardIndicators + header.utIndicators)
        let periods = types.map { type in
            let text = names.dropFirst(type.name).prefix { $0 != 0 }
            return TimeZoneRules.Period(
                offset: type.offset, isDST: type.isDST,
                abbreviation: String(decoding: text, as: UTF8.self))
        }
        var starts: [Int64] = []
        var result = [periods.first { !$0.isDST } ?? periods[0]]
        for (time, index) in zip(times, indexes) {
            guard index < periods.count else {
                throw ByteReaderError.malformed("TZif type index", offset: 0)
            }
            starts.append(time - epochShift)
            result.append(periods[index])
        }
        let footer = String(decoding: try reader.slice(reader.remaining), as: UTF8.self)
        let repeats = extend(
            &starts, &result, rule: footer.split(separator: "\n").first.map(String.init) ?? "")
        return TimeZoneRules(name: name, starts: starts, periods: result, repeats: repeats)
    }

    /// Continues the table by the footer's rule for more than one 400-year cycle.
    private static func extend(
        _ starts: inout [Int64], _ periods: inout [TimeZoneRules.Period], rule: String
    ) -> Bool {
        guard let posix = PosixRule(rule), let daylight = posix.daylight else { return false }
        let lastStart = starts.last ?? Int64.min
        let lastYear = starts.last.map { Calendar.civil(Int($0 / 86_400)).year } ?? 1970
        for year in lastYear...generatedUntilYear {
            let toDST = daylight.start.seconds(year: year) - Int64(posix.standard.offset)
            let toStandard = daylight.end.seconds(year: year) - Int64(daylight.period.offset)
            let ordered =
                toDST < toStandard
                ? [(toDST, daylight.period), (toStandard, posix.standard)]
                : [(toStandard, posix.standard), (toDST, daylight.period)]
            for (time, period) in ordered where time > lastStart {
                starts.append(time)
                periods.append(period)
            }
        }
        return true
    }
}
