#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file or a command's input that results go to: `\o`, and the pager.
final class StreamOutput: ConsoleOutput {
    let isTerminal = false
    private let stream: UnsafeMutablePointer<FILE>
    private let isPipe: Bool

    /// `|command` or a file's path; nil where it cannot be opened, and `errno` tells why.
    init?(_ target: String) {
        isPipe = target.hasPrefix("|")
        let opened = isPipe ? popen(String(target.dropFirst()), "w") : fopen(target, "w")
        guard let opened else { return nil }
        stream = opened
    }

    func write(_ bytes: [UInt8]) { _ = fwrite(bytes, 1, bytes.count, stream) }
    func writeError(_ text: String) { StandardOutput().writeError(text) }

    func close() {
        if isPipe { pclose(stream) } else { fclose(stream) }
    }
}

/// Holds a result back until it is known whether it fits on the screen; a longer one goes to the
/// pager, from its first line on.
final class PagedOutput: ConsoleOutput {
    let isTerminal: Bool
    private let screen: any ConsoleOutput
    private let lines: Int
    private let command: String
    private var held: [UInt8] = []
    private var heldLines = 0
    private var pager: StreamOutput?

    init(_ screen: any ConsoleOutput, lines: Int, command: String) {
        self.screen = screen
        self.lines = lines
        self.command = command
        isTerminal = screen.isTerminal
    }

    func write(_ bytes: [UInt8]) {
        if let pager { return pager.write(bytes) }
        held += bytes
        heldLines += bytes.count { $0 == 10 }
        guard heldLines >= lines else { return }
        guard let opened = StreamOutput("|" + command) else { return }
        opened.write(held)
        held = []
        pager = opened
    }

    func writeError(_ text: String) {
        finish()
        screen.writeError(text)
    }

    /// Shows what is held, or waits until the pager is left.
    func finish() {
        if let pager {
            pager.close()
        } else if !held.isEmpty {
            screen.write(held)
        }
        pager = nil
        held = []
        heldLines = 0
    }

    /// The pager that the environment names; `less`, which leaves short texts alone, otherwise.
    static var chosenCommand: String {
        for name in ["STOREHOUSE_PAGER", "PAGER"] {
            if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
        }
        return "less -FRSX"
    }

    /// Lines of the terminal; 0 where there is none.
    static var screenLines: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return 0 }
        return Int(size.ws_row)
    }
}
