import CEdit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where the console's lines come from.
package protocol LineSource: AnyObject {
    /// A person types: prompts are shown, and mistakes do not end the program.
    var isInteractive: Bool { get }
    /// What precedes errors, such as `load.sql:12: `.
    var errorPrefix: String { get }
    /// The next line without its end; nil at the end of input.
    func nextLine(prompt: String) -> Line?
}

package enum Line: Equatable {
    case text(String)
    /// Ctrl-C: forget what was typed.
    case interrupted
}

/// Lines of a file or of standard input.
package final class FileLines: LineSource {
    package let isInteractive = false
    private let file: UnsafeMutablePointer<FILE>
    private let name: String?
    private var number = 0

    /// nil if the file cannot be opened; `errno` tells why.
    package init?(path: String) {
        guard let file = fopen(path, "r") else { return nil }
        self.file = file
        name = path
    }

    package init?(standardInput: Void) {
        guard let file = sh_edit_standard_input() else { return nil }
        self.file = file
        name = nil
    }

    deinit { if name != nil { fclose(file) } }

    package var errorPrefix: String { name.map { "\($0):\(number): " } ?? "" }

    package func nextLine(prompt: String) -> Line? {
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var count = getline(&line, &capacity, file)
        guard count >= 0, let line else { return nil }
        number += 1
        if count > 0, line[count - 1] == 0x0A { count -= 1 }
        if count > 0, line[count - 1] == 0x0D { count -= 1 }
        let bytes = UnsafeRawBufferPointer(start: line, count: count)
        return .text(String(decoding: bytes, as: UTF8.self))
    }
}

/// Lines of a text, such as the argument of `-c`.
package final class TextLines: LineSource {
    package let isInteractive = false
    package let errorPrefix = ""
    private var lines: ArraySlice<Substring>

    package init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        if lines.last?.isEmpty == true { lines.removeLast() }
    }

    package func nextLine(prompt: String) -> Line? { lines.popFirst().map { .text(String($0)) } }
}

/// Lines typed at a terminal, with editing and a history kept in a file.
final class EditedLines: LineSource {
    let isInteractive = true
    let errorPrefix = ""
    private static let historyLinesMax: Int32 = 2_000
    private let historyPath: String?

    init() {
        historyPath = getenv("HOME").map { String(cString: $0) + "/.storehouse_history" }
        rl_initialize()
        using_history()
        stifle_history(Self.historyLinesMax)
        if let historyPath { read_history(historyPath) }
    }

    func nextLine(prompt: String) -> Line? {
        let before = Interrupts.count
        guard let typed = readline(prompt) else {
            // Ctrl-C ends the reading as Ctrl-D does; only the handler's count tells them apart.
            guard Interrupts.count != before else { return nil }
            print("")
            return .interrupted
        }
        defer { free(typed) }
        return .text(String(cString: typed))
    }

    /// Keeps a statement for the arrow keys and the next session.
    func remember(_ entry: String) {
        guard !entry.isEmpty else { return }
        if let last = sh_edit_last_entry(), String(cString: last) == entry { return }
        add_history(entry)
        guard let historyPath else { return }
        let before = umask(0o077)
        write_history(historyPath)
        umask(before)
    }
}
