/// Names of files in the data directory. On disk, never change.
struct StorePaths: Sendable {
    let directory: String
    let archive: String

    init(directory: String, archive: String?) {
        self.directory = directory
        self.archive = archive ?? directory + "/archive"
    }

    var lock: String { directory + "/LOCK" }
    var current: String { directory + "/CURRENT" }
    var currentNew: String { directory + "/CURRENT.new" }
    var hot: String { directory + "/hot" }
    func manifest(_ number: UInt64) -> String { directory + "/manifest-" + Self.digits(number) }
    func wal(_ number: UInt64) -> String { directory + "/wal-" + Self.digits(number) }
    func directory(of tier: Tier) -> String { tier == .hot ? hot : archive }
    func segment(_ file: UInt64, _ tier: Tier) -> String {
        directory(of: tier) + "/" + Self.segmentName(file)
    }

    static func segmentName(_ file: UInt64) -> String { digits(file) + ".seg" }

    /// The number in a name such as `wal-0000000012`.
    static func number(_ name: String, prefix: String = "", suffix: String = "") -> UInt64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard digits.count >= 10, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            return nil
        }
        return UInt64(digits)
    }

    static func digits(_ number: UInt64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 10 - text.count)) + text
    }
}
