import Basics
import Encodings
import Vectors

extension Segment {
    /// Reads everything, checks every checksum and decodes every value, around the cache.
    ///
    /// - Returns: one line per problem, naming column and chunk; empty where all is well.
    package func verify() -> [String] {
        var problems: [String] = []
        for (place, column) in columns.enumerated() {
            verify(footer.stored[place], column.type, Int32(place), &problems)
        }
        if let keys = footer.keys {
            verify(keys.hashes, .bigint, Self.hashPlace, &problems)
            verify(keys.rows, .integer, Self.rowPlace, &problems)
            note(&problems, name(Self.filterPlace)) {
                _ = try KeyFilter(try load(keys.filter, name(Self.filterPlace)))
            }
            if problems.isEmpty { verifyOrder(keys, &problems) }
        }
        return problems
    }

    private func note(_ problems: inout [String], _ what: String, _ check: () throws -> Void) {
        do { try check() } catch let error as SQLError {
            problems.append("\(what): \(error.message)")
        } catch {
            problems.append("\(what): \(error)")
        }
    }

    private func verify(
        _ column: StoredColumn, _ type: SQLType, _ place: Int32, _ problems: inout [String]
    ) {
        var dictionary: SegmentDictionary?
        if let body = column.dictionary {
            let before = problems.count
            note(&problems, "dictionary of \(name(place))") {
                let bytes = try load(body, "dictionary of \(name(place))")
                dictionary = try SegmentDictionary.open(bytes, type: type)
            }
            // Without its dictionary no chunk can be judged.
            guard problems.count == before else { return }
        }
        let vector = Vector(type, capacity: ColumnChunk.blockRows)
        for index in column.chunks.indices {
            note(&problems, "chunk \(index) of \(name(place))") {
                let chunk = try readChunk(
                    column, type: type, index: index, dictionary, place: place)
                for block in 0..<chunk.blockCount {
                    let first = block * ColumnChunk.blockRows
                    chunk.decode(rows: first..<first + chunk.rows(inBlock: block), into: vector)
                    try check(vector, within: column.zones[index])
                }
            }
        }
    }

    private func check(_ vector: Vector, within zone: ChunkZone) throws {
        guard zone.hasBounds else { return }
        for row in 0..<vector.count where !vector.isNull(row) {
            let value = DatumCode.datum(vector, row)
            guard !ZoneBounds.isLess(value, zone.min), !ZoneBounds.isLess(zone.max, value) else {
                throw SegmentFormat.damage("value outside its bounds")
            }
        }
    }

    /// The key run ascends and names every row once.
    private func verifyOrder(_ keys: StoredKeys, _ problems: inout [String]) {
        note(&problems, "key run") {
            var seen = [Bool](repeating: false, count: rowCount)
            var last = Int64.min
            let hashes = Vector(.bigint, capacity: ColumnChunk.blockRows)
            let rows = Vector(.integer, capacity: ColumnChunk.blockRows)
            for index in 0..<chunkCount {
                let hashChunk = try readChunk(
                    keys.hashes, type: .bigint, index: index, nil, place: Self.hashPlace)
                let rowChunk = try readChunk(
                    keys.rows, type: .integer, index: index, nil, place: Self.rowPlace)
                for block in 0..<hashChunk.blockCount {
                    let first = block * ColumnChunk.blockRows
                    let range = first..<first + hashChunk.rows(inBlock: block)
                    hashChunk.decode(rows: range, into: hashes)
                    rowChunk.decode(rows: range, into: rows)
                    for at in 0..<range.count {
                        let hash = hashes.pointer(Int64.self)[at]
                        let row = Int(rows.pointer(Int32.self)[at])
                        guard hash >= last, seen.indices.contains(row), !seen[row] else {
                            throw SegmentFormat.damage("key run out of order")
                        }
                        last = hash
                        seen[row] = true
                    }
                }
            }
        }
    }
}
