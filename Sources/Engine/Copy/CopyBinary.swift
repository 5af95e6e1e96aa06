import Basics
import Vectors

/// COPY's binary format.
///
/// | bytes | content |
/// |---|---|
/// | 11 | `PGCOPY\n`, 0xFF, `\r\n`, 0 |
/// | 4 | flags, big-endian; 0 |
/// | 4 | length of an extension that follows, which is skipped |
/// | 2 | a row: its number of fields |
/// | 4 + n | a field: its length, or -1 for NULL; its value as the protocol's binary format has it |
/// | 2 | the end: -1 |
enum CopyBinary {
    static let signature: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0]
    static let header: [UInt8] = signature + [UInt8](repeating: 0, count: 8)
    static let trailer: [UInt8] = [0xFF, 0xFF]

    private static func word(_ bytes: UnsafePointer<UInt8>) -> Int {
        let raw = UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self)
        return Int(Int32(bitPattern: UInt32(bigEndian: raw)))
    }

    static func fieldCount(_ bytes: UnsafePointer<UInt8>) -> Int {
        let raw = UnsafeRawPointer(bytes).loadUnaligned(as: UInt16.self)
        return Int(Int16(bitPattern: UInt16(bigEndian: raw)))
    }

    /// The length of a field: at least 0, or nil for NULL.
    static func fieldLength(_ bytes: UnsafePointer<UInt8>) throws -> Int? {
        let length = word(bytes)
        if length == -1 { return nil }
        guard length >= 0 else { throw SQLError(.badCopyFileFormat, "invalid field size") }
        return length
    }

    /// The place behind the header; nil while it is not all there.
    static func headerEnd(_ bytes: UnsafePointer<UInt8>, _ count: Int) throws -> Int? {
        let known = min(count, signature.count)
        guard (0..<known).allSatisfy({ bytes[$0] == signature[$0] }) else {
            throw SQLError(.badCopyFileFormat, "COPY file signature not recognized")
        }
        guard count >= header.count else { return nil }
        let flags = word(bytes + signature.count)
        if flags & (1 << 16) != 0 {
            throw SQLError(.badCopyFileFormat, "invalid COPY file header (WITH OIDS)")
        }
        guard flags & 0x7FFF_0000 == 0 else {
            throw SQLError(
                .badCopyFileFormat, "unrecognized critical flags in COPY file header")
        }
        let more = word(bytes + signature.count + 4)
        guard more >= 0 else {
            throw SQLError(.badCopyFileFormat, "invalid COPY file header (missing length)")
        }
        return count - header.count >= more ? header.count + more : nil
    }

    /// Whole rows from a place on: where they end, and how many there are.
    struct Walk {
        var end: Int
        var rows = 0
        /// Whether the end mark was found; then `end` lies behind it.
        var isEnd = false
    }

    static func walk(_ bytes: UnsafePointer<UInt8>, from start: Int, to count: Int) throws -> Walk {
        var walk = Walk(end: start)
        while count - walk.end >= 2 {
            let fields = fieldCount(bytes + walk.end)
            if fields == -1 {
                walk.end += 2
                walk.isEnd = true
                return walk
            }
            var at = walk.end + 2
            for _ in 0..<max(fields, 0) {
                guard count - at >= 4 else { return walk }
                let length = try fieldLength(bytes + at) ?? 0
                at += 4
                guard count - at >= length else { return walk }
                at += length
            }
            walk.end = at
            walk.rows += 1
        }
        return walk
    }
}

extension CopyParser {
    /// Reads rows of the binary format.
    func parseBinary(_ block: CopyBlock) -> Rows {
        var result = Rows()
        var line = block.linesBefore
        do {
            var at = block.start
            let bytes = UnsafePointer(block.bytes)
            while at < block.count, !result.isEnd {
                try context.cancellation.check()
                var failure: (any Error)?
                let vectors = types.map { Vector($0) }
                let arenas = types.map { _ in StringArena() }
                var rows = 0
                while rows < Vector.standardCapacity, at < block.count {
                    line += 1
                    do {
                        guard let next = try row(bytes, at, block.count, vectors, arenas, rows) else {
                            result.isEnd = true
                            break
                        }
                        at = next
                        rows += 1
                    } catch {
                        failure = located(error, line)
                        break
                    }
                }
                for (vector, arena) in zip(vectors, arenas) {
                    vector.count = rows
                    if vector.physical == .bytes { vector.owners.append(arena) }
                }
                try add(vectors, rows, to: &result)
                if let failure { throw failure }
            }
        } catch {
            result.error = error
        }
        return result
    }

    /// Reads one row; the place behind it, or nil at the end mark.
    private func row(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int, _ vectors: [Vector],
        _ arenas: [StringArena], _ row: Int
    ) throws -> Int? {
        let cut = SQLError(.badCopyFileFormat, "unexpected EOF in COPY data")
        guard count - start >= 2 else { throw cut }
        let fields = CopyBinary.fieldCount(bytes + start)
        if fields == -1 { return nil }
        guard fields == types.count else {
            throw SQLError(
                .badCopyFileFormat, "row field count is \(fields), expected \(types.count)")
        }
        var at = start + 2
        for (column, vector) in vectors.enumerated() {
            guard count - at >= 4 else { throw cut }
            let length = try CopyBinary.fieldLength(bytes + at)
            at += 4
            guard let length else {
                vector.setNull(row)
                continue
            }
            guard count - at >= length else { throw cut }
            do {
                try BinaryFormat.parse(
                    UnsafeRawBufferPointer(start: bytes + at, count: length), types[column],
                    into: vector, row: row, arena: arenas[column])
            } catch var error as SQLError {
                if error.detail == nil { error.detail = "column \(names[column])" }
                throw error
            }
            at += length
        }
        return at
    }

    private func located(_ error: any Error, _ line: Int) -> any Error {
        guard var error = error as? SQLError else { return error }
        let place = error.detail.map { ", \($0)" } ?? ""
        error.detail = "COPY \(table), line \(line)\(place)"
        return error
    }
}
