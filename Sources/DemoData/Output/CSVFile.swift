import Basics
import Glibc

/// Writes CSV rows as bytes, ready for `COPY … WITH (FORMAT csv, HEADER)`.
///
/// Values must need no quotes; an empty field is NULL.
final class CSVFile {
    private let descriptor: Int32
    private let path: String
    private let buffer: UnsafeMutablePointer<UInt8>
    private var used = 0
    private static let capacity = 1 << 20
    /// Room that one row may take; no demo row comes near it.
    private static let rowBytesMax = 4096
    private(set) var rows = 0
    private var fieldsInRow = 0
    private var failure: SQLError?
    private var cachedDay = Int64.min
    private var cachedText: [UInt8] = []

    init(_ path: String, header: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw SQLError(
                .ioError, "could not create \"\(path)\": \(String(cString: strerror(errno)))")
        }
        buffer = .allocate(capacity: CSVFile.capacity)
        text(header)
        endLine()
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Writes out what is left; throws if any write failed.
    func finish() throws {
        flush()
        if let failure { throw failure }
    }

    private func flush() {
        var start = 0
        while start < used, failure == nil {
            let count = write(descriptor, buffer + start, used - start)
            if count > 0 {
                start += count
            } else if errno != EINTR {
                failure = SQLError(
                    .ioError, "could not write \"\(path)\": \(String(cString: strerror(errno)))")
            }
        }
        used = 0
    }

    @inline(__always)
    private func byte(_ value: UInt8) {
        buffer[used] = value
        used += 1
    }

    @inline(__always)
    private func separate() {
        if fieldsInRow > 0 {
            byte(UInt8(ascii: ","))
        } else if used > CSVFile.capacity - CSVFile.rowBytesMax {
            flush()
        }
        fieldsInRow += 1
    }

    @inline(__always)
    func endRow() {
        endLine()
        rows += 1
    }

    private func endLine() {
        byte(UInt8(ascii: "\n"))
        fieldsInRow = 0
    }

    func null() { separate() }

    func text(_ value: String) {
        separate()
        for unit in value.utf8 { byte(unit) }
    }

    @inline(__always)
    func bytes(_ value: [UInt8]) {
        separate()
        value.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            (buffer + used).update(from: base, count: source.count)
            used += source.count
        }
    }

    func bool(_ value: Bool) {
        separate()
        byte(value ? UInt8(ascii: "t") : UInt8(ascii: "f"))
    }

    @inline(__always)
    func integer(_ value: Int) {
        separate()
        if value < 0 { byte(UInt8(ascii: "-")) }
        digits(value.magnitude, atLeast: 1)
    }

    /// A scaled integer with `scale` digits behind the point.
    @inline(__always)
    func decimal(_ value: Int64, scale: Int) {
        separate()
        if value < 0 { byte(UInt8(ascii: "-")) }
        digits(UInt(value.magnitude), atLeast: scale + 1)
        // Make room for the point before the last digits.
        var place = used
        for _ in 0..<scale {
            buffer[place] = buffer[place - 1]
            place -= 1
        }
        buffer[place] = UInt8(ascii: ".")
        used += 1
    }

    @inline(__always)
    private func digits(_ value: UInt, atLeast width: Int) {
        var rest = value
        var count = 0
        var probe = value
        repeat {
            count += 1
            probe /= 10
        } while probe > 0
        count = max(count, width)
        var place = used + count
        used = place
        for _ in 0..<count {
            place -= 1
            buffer[place] = UInt8(truncatingIfNeeded: rest % 10) + 0x30
            rest /= 10
        }
    }

    /// `YYYY-MM-DD`
    @inline(__always)
    func date(_ day: Int) {
        separate()
        rawDate(Int64(day))
    }

    @inline(__always)
    private func rawDate(_ day: Int64) {
        if day != cachedDay {
            cachedDay = day
            cachedText = Array(DemoCalendar.text(Int(day)).utf8)
        }
        for index in 0..<cachedText.count { byte(cachedText[index]) }
    }

    /// `YYYY-MM-DD hh:mm:ss+00`, from microseconds since 2000-01-01.
    @inline(__always)
    func timestamp(_ instant: Int64) {
        separate()
        let seconds = instant / 1_000_000
        let day = seconds / 86_400
        let rest = UInt(seconds - day * 86_400)
        rawDate(day)
        byte(UInt8(ascii: " "))
        digits(rest / 3600, atLeast: 2)
        byte(UInt8(ascii: ":"))
        digits(rest / 60 % 60, atLeast: 2)
        byte(UInt8(ascii: ":"))
        digits(rest % 60, atLeast: 2)
        byte(UInt8(ascii: "+"))
        byte(UInt8(ascii: "0"))
        byte(UInt8(ascii: "0"))
    }

    /// The parts one behind the other, in one field.
    @inline(__always)
    func joined(_ first: [UInt8], _ number: Int, _ second: [UInt8], _ other: Int, _ tail: [UInt8]) {
        separate()
        for index in 0..<first.count { byte(first[index]) }
        digits(number.magnitude, atLeast: 1)
        for index in 0..<second.count { byte(second[index]) }
        digits(other.magnitude, atLeast: 1)
        for index in 0..<tail.count { byte(tail[index]) }
    }
}
