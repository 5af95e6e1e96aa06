import Basics
import NIOCore
import PostgresProtocol
import Vectors

/// Results on their way to the client; every call may wait for it to read.
extension SessionRunner: ResultSink {
    func columns(_ columns: [ResultColumn]) throws {
        encoder = RowEncoder(columns, session: formatSession)
        if describesRows { try send(.rowDescription(columns)) }
    }

    func rows(_ batch: Batch) throws {
        guard let encoder else {
            throw SQLError(.internalError, "rows were sent before their columns")
        }
        var row = 0
        while row < batch.count {
            row = try encoder.encode(
                batch, from: row, untilBytes: Self.chunkBytes, into: &output)
            if output.readableBytes >= Self.chunkBytes { try flush() }
        }
    }

    func complete(_ tag: String) throws {
        encoder = nil
        try send(.commandComplete(tag))
    }

    func suspended() throws {
        encoder = nil
        try send(.portalSuspended)
    }

    func emptyQuery() throws { try send(.emptyQueryResponse) }

    func copyIn(format: CopyFormat, columns: Int) throws -> any CopyInSource {
        try send(.copyInResponse(format, columns: columns))
        try flush()
        _ = machine.receive(.copyInStarted)
        return self
    }

    func copyOut(format: CopyFormat, columns: Int) throws {
        try send(.copyOutResponse(format, columns: columns))
    }

    func copyData(_ bytes: [UInt8]) throws { try send(.copyData(bytes)) }
    func copyDone() throws { try send(.copyDone) }

    func notice(_ error: SQLError, severity: String) throws {
        try send(.noticeResponse(error, severity: severity))
    }

    func parameterStatus(_ name: String, _ value: String) throws {
        try send(.parameterStatus(name, value))
    }

    private func send(_ message: BackendMessage) throws {
        message.encode(into: &output)
        if output.readableBytes >= Self.chunkBytes { try flush() }
    }
}

extension SessionRunner: CopyInSource {
    func next() throws -> [UInt8]? {
        while machine.isInCopy {
            for action in machine.receive(nextEvent()) {
                switch action {
                case .copyData(let bytes): return bytes
                case .copyDone: return nil
                case .copyFailed(let error): throw error
                default: perform([action])
                }
            }
        }
        guard machine.isClosed else { return nil }
        throw SQLError(.connectionFailure, "connection to client lost")
    }
}
