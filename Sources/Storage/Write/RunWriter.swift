import Basics
import Disk
import Encodings
import Vectors

/// Where segments are made, and how.
struct SegmentShop: Sendable {
    let files: any FileSystem
    let paths: StorePaths
    let cache: ChunkCache
    let rowsMax: Int
    let threads: Int
    /// Gives out file numbers.
    let nextFile: @Sendable () -> UInt64

    /// Opens a segment and compares it with what the manifest says of it.
    func open(_ entry: SegmentEntry) throws -> SegmentFile {
        let path = paths.segment(entry.file, entry.tier)
        guard try files.exists(path) else {
            throw SQLError(.dataCorrupted, "file \"\(path)\" is missing")
        }
        let file = try files.open(path, .read)
        let bytes = try file.size()
        guard bytes == entry.byteCount else {
            throw SQLError(
                .dataCorrupted,
                "file \"\(path)\" is damaged: \(bytes) bytes instead of \(entry.byteCount)")
        }
        let segment: Segment
        do {
            segment = try Segment(
                id: entry.file, source: FileSegmentSource(file: file, byteCount: bytes),
                cache: cache)
        } catch let error as SQLError {
            throw error.naming(path)
        }
        guard segment.rowCount == entry.rowCount, segment.footerChecksum == entry.footerChecksum
        else {
            throw SQLError(
                .dataCorrupted,
                "file \"\(path)\" is damaged: it is not the segment that the manifest names")
        }
        return SegmentFile(entry: entry, segment: segment, path: path, files: files)
    }
}

extension SQLError {
    /// The error with the file in front, unless it is named.
    func naming(_ path: String) -> SQLError {
        if path.isEmpty || message.contains(path) { return self }
        var copy = self
        copy.message = "file \"\(path)\": \(message)"
        return copy
    }
}

/// Writes sorted rows as the segments of one run, each durable when finished.
struct RunWriter: ~Copyable {
    private let shop: SegmentShop
    private let spec: TableSpec
    private let tier: Tier
    private let columns: [SegmentColumn]
    private let keyPlaces: [Int]
    private let threads: Int
    private var made: [SegmentFile] = []

    /// - Parameter threads: how many columns are encoded at a time; nil for the shop's number.
    init(_ shop: SegmentShop, spec: TableSpec, tier: Tier, threads: Int? = nil) {
        self.shop = shop
        self.threads = threads ?? shop.threads
        self.spec = spec
        self.tier = tier
        columns = spec.columns.map { SegmentColumn(id: $0.id, type: $0.type) }
        keyPlaces = spec.primaryKey.compactMap { spec.index(of: $0) }
    }

    /// Takes picked rows of flat batches in the spec's columns, in the order given.
    ///
    /// - Parameter picks: nil for all rows as they come.
    mutating func append(_ batches: [Batch], picks: [RowPick]?) throws {
        let rows = SortedRows(batches, columns: spec.columns.map(\.type), picks: picks)
        let sortPlaces = spec.sortKey.compactMap { spec.index(of: $0) }
        var start = 0
        while start < rows.count {
            let range = start..<min(start + shop.rowsMax, rows.count)
            try appendSegment(
                range.count, keyHashes: keyPlaces.isEmpty ? nil : rows.hashes(keyPlaces, range),
                first: sortPlaces.map { rows.datum($0, range.lowerBound) },
                last: sortPlaces.map { rows.datum($0, range.upperBound - 1) }
            ) { place, builder in
                try rows.forEach(range, column: place) { try builder.append($0, count: $1) }
            }
            start = range.upperBound
        }
    }

    /// Writes one segment whose columns are filled one by one; see `SegmentWriter.takeAll`.
    mutating func appendSegment(
        _ count: Int, keyHashes: [UInt64]?, first: [Datum], last: [Datum],
        fill: @escaping @Sendable (Int, ColumnBuilder) throws -> Void
    ) throws {
        var segment = try SegmentWriter(
            columns: columns, sortKey: spec.sortKey, hasKeys: !keyPlaces.isEmpty,
            codec: tier == .archive ? .cold : .hot, threads: threads)
        try segment.takeAll(count, keyHashes: keyHashes, first: first, last: last) {
            $1.reserve(rows: count)
            try fill($0, $1)
        }
        try store(segment)
    }

    private mutating func store(_ segment: consuming SegmentWriter) throws {
        let number = shop.nextFile()
        let path = shop.paths.segment(number, tier)
        let file = try shop.files.open(path, .create)
        do {
            var sink = FileSegmentSink(file)
            let summary = try segment.finish(into: &sink)
            try sink.drain()
            try file.syncData()
            let entry = SegmentEntry(
                fragment: 0, file: number, tier: tier, run: 0, rowCount: summary.rowCount,
                byteCount: sink.byteCount, footerChecksum: summary.footerChecksum)
            made.append(try shop.open(entry))
        } catch {
            // Nothing names the file yet; if this fails too, the next start removes it.
            try? shop.files.remove(path)
            throw error
        }
    }

    /// Makes the directory entries durable.
    consuming func finish() throws -> [SegmentFile] {
        if !made.isEmpty { try shop.files.syncDirectory(shop.paths.directory(of: tier)) }
        return made
    }

    /// Removes what was made so far.
    mutating func abandon() {
        for file in made { file.markObsolete() }
        made = []
    }
}
