#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard output and standard error.
package final class StandardOutput: ConsoleOutput {
    package let isTerminal: Bool
    package init() { isTerminal = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }

    package func write(_ bytes: [UInt8]) { Self.write(bytes, to: STDOUT_FILENO) }
    package func writeError(_ text: String) { Self.write(Array(text.utf8), to: STDERR_FILENO) }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { raw in
            var done = 0
            while done < raw.count {
                #if canImport(Glibc)
                    let count = Glibc.write(
                        descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
                #else
                    let count = Darwin.write(
                        descriptor, raw.baseAddress.map { $0 + done }, raw.count - done)
                #endif
                if count < 0, errno == EINTR { continue }
                // Nobody reads any more: what is left is of no use.
                guard count > 0 else { return }
                done += count
            }
        }
    }
}

/// Asks for a password on the terminal, without showing it.
package enum PasswordPrompt {
    package static func ask(_ prompt: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        var saved = termios()
        guard tcgetattr(STDIN_FILENO, &saved) == 0 else { return nil }
        var hidden = saved
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
            print("")
        }
        print(prompt, terminator: "")
        fflush(nil)
        return readLine()
    }
}
