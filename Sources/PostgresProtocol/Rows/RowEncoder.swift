import Basics
import NIOCore
import Vectors

/// Writes batches as DataRow frames, each column in its format.
///
/// Common types are written here, without a call per value; the rest by the formatters of Vectors.
package struct RowEncoder {
    private enum Form {
        case int16Text, int32Text, int64Text
        case bytes
        case text
        case binary
    }

    private let columns: [ResultColumn]
    private let session: FormatSession
    private let sink = RawSink(capacity: 96 << 10)

    /// `session` tells what text forms depend on, such as the time zone.
    package init(_ columns: [ResultColumn], session: FormatSession) {
        self.columns = columns
        self.session = session
    }

    /// Encodes rows from `row` on until `output` holds about `untilBytes`; returns the first row
    /// left.
    package func encode(
        _ batch: Batch, from row: Int, untilBytes: Int, into output: inout ByteBuffer
    ) throws -> Int {
        guard batch.columns.count == columns.count else {
            throw SQLError(.internalError, "a batch has other columns than its result")
        }
        let forms = zip(batch.columns, columns).map { Self.form($0, $1) }
        let bytesMax = max(untilBytes - output.readableBytes, 1)
        sink.removeAll()
        var row = row
        while row < batch.count, sink.count < bytesMax {
            let start = sink.count
            sink.write(byte: BackendCode.dataRow.rawValue)
            sink.write(bigEndian32: 0)
            sink.write(bigEndian16: UInt16(truncatingIfNeeded: columns.count))
            for index in 0..<forms.count {
                append(batch.columns[index], row, forms[index])
            }
            guard let length = Int32(exactly: sink.count - start - 1) else {
                throw SQLError(.programLimitExceeded, "a row is larger than a message may be")
            }
            sink.patch(bigEndian: length, at: start + 1)
            row += 1
        }
        output.writeBytes(sink.bytes)
        return row
    }

    private static func form(_ vector: Vector, _ column: ResultColumn) -> Form {
        if column.format == 1 { return .binary }
        switch vector.type {
        case .smallint: return .int16Text
        case .integer: return .int32Text
        case .bigint: return .int64Text
        case .text, .varchar, .char, .json, .jsonb, .name, .singleChar: return .bytes
        default: return .text
        }
    }

    @inline(__always)
    private func append(_ vector: Vector, _ row: Int, _ form: Form) {
        if vector.isNull(row) { return sink.write(bigEndian32: UInt32.max) }
        let at = row & vector.rowMask
        switch form {
        case .int16Text: append(Int64(vector.pointer(Int16.self)[at]))
        case .int32Text: append(Int64(vector.pointer(Int32.self)[at]))
        case .int64Text: append(vector.pointer(Int64.self)[at])
        case .bytes:
            let view = vector.pointer(StringView.self)[at]
            sink.write(bigEndian32: view.count)
            sink.write(view.buffer)
        case .text, .binary:
            let slot = sink.count
            sink.write(bigEndian32: 0)
            if form == .text {
                TextFormat.append(vector, row: row, into: sink, session: session)
            } else {
                BinaryFormat.append(vector, row: row, into: sink)
            }
            sink.patch(bigEndian: Int32(truncatingIfNeeded: sink.count - slot - 4), at: slot)
        }
    }

    @inline(__always)
    private func append(_ value: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { scratch in
            guard let start = scratch.baseAddress else { return }
            let count = IntegerText.write(value, to: start)
            sink.write(bigEndian32: UInt32(truncatingIfNeeded: count))
            sink.write(UnsafeBufferPointer(start: start, count: count))
        }
    }
}

extension RawSink {
    /// Concrete, so that no generic call is made for each value.
    @inline(__always)
    fileprivate func write(bigEndian32 value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { write($0.assumingMemoryBound(to: UInt8.self)) }
    }

    @inline(__always)
    fileprivate func write(bigEndian16 value: UInt16) {
        withUnsafeBytes(of: value.bigEndian) { write($0.assumingMemoryBound(to: UInt8.self)) }
    }
}
