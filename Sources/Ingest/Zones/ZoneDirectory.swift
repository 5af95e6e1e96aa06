import Glibc
import Synchronization

/// The zones of the system's time zone database, each read once.
package final class ZoneDirectory: Sendable {
    private let root: String
    private let tables = Mutex<[String: ZoneTable?]>([:])

    package init(root: String = "/usr/share/zoneinfo") {
        self.root = root
    }

    /// The zone's table, or nil where the database has no zone of that name.
    package func table(_ name: String) -> ZoneTable? {
        tables.withLock { tables in
            if let known = tables[name] { return known }
            // Names come from a table that users may write: bound what they can make us keep.
            if tables.count > 4096 { tables.removeAll() }
            let made = load(name)
            tables[name] = .some(made)
            return made
        }
    }

    private func load(_ name: String) -> ZoneTable? {
        if name == "UTC" { return .utc }
        let isPlain = name.utf8.allSatisfy {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39
                || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "+")
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 64, !name.hasPrefix("/"),
            let file = fopen("\(root)/\(name)", "rb")
        else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        return try? ZoneTable(tzif: Array(bytes.prefix(count)))
    }
}
