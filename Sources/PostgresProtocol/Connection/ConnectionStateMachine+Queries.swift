import Basics

/// Statements: simple and extended queries, COPY, and what follows an error.
extension ConnectionStateMachine {
    mutating func received(_ message: FrontendMessage) -> [Action] {
        switch state {
        case .ready: return start(message)
        case .skipping: return skip(message)
        case .copyIn(let call): return receivedInCopy(message, call)
        default:
            return fatal(SQLError(.protocolViolation, "message received while another runs"))
        }
    }

    private mutating func start(_ message: FrontendMessage) -> [Action] {
        switch message {
        case .query(let sql): return run(.simpleQuery(sql))
        case .parse(let name, let sql, let types):
            return run(.parse(name: name, sql: sql, parameterTypes: types))
        case .bind(let bind): return run(.bind(bind))
        case .describe(.statement, let name): return run(.describeStatement(name))
        case .describe(.portal, let name): return run(.describePortal(name))
        case .execute(let portal, let maxRows):
            return run(.execute(portal: portal, maxRows: max(Int(maxRows), 0)))
        case .close(.statement, let name): return run(.closeStatement(name))
        case .close(.portal, let name): return run(.closePortal(name))
        case .flush: return [.flush]
        case .sync: return run(.sync)
        case .functionCall:
            return fail(.unsupported("the function-call message"), afterQuery: true)
        // Left over from a COPY that ended with an error: the protocol says to ignore them.
        case .copyData, .copyDone, .copyFail: return []
        case .password:
            return fatal(SQLError(.protocolViolation, "invalid frontend message type 112"))
        case .terminate:
            state = .closed
            return [.close]
        }
    }

    private mutating func skip(_ message: FrontendMessage) -> [Action] {
        switch message {
        case .sync: return run(.sync)
        case .terminate:
            state = .closed
            return [.close]
        default: return []
        }
    }

    private mutating func receivedInCopy(
        _ message: FrontendMessage, _ call: SessionCall
    ) -> [Action] {
        switch message {
        case .copyData(let bytes): return [.copyData(bytes)]
        case .copyDone:
            state = .copyEnded(call)
            return [.copyDone]
        case .copyFail(let reason):
            state = .copyEnded(call)
            return [
                .copyFailed(SQLError(.queryCanceled, "COPY from stdin failed: \(reason)"))
            ]
        // A client that does not know the statement is a COPY has sent them behind it.
        case .flush, .sync: return []
        case .terminate:
            closesAfterCall = true
            fallthrough
        default:
            state = .copyEnded(call)
            return [
                .copyFailed(
                    SQLError(.protocolViolation, "unexpected message type during COPY from stdin"))
            ]
        }
    }

    mutating func malformed(_ code: FrontendCode, _ error: SQLError) -> [Action] {
        switch state {
        case .ready:
            switch code {
            case .query, .functionCall: return fail(error, afterQuery: true)
            case .parse, .bind, .describe, .execute, .close:
                return fail(error, afterQuery: false)
            default: return fatal(error)
            }
        case .skipping:
            return code == .sync ? fatal(error) : []
        case .copyIn(let call):
            state = .copyEnded(call)
            return [.copyFailed(error)]
        default: return fatal(error)
        }
    }

    private mutating func run(_ call: SessionCall) -> [Action] {
        state = .running(call)
        return [.run(call)]
    }

    private mutating func fail(_ error: SQLError, afterQuery: Bool) -> [Action] {
        [.send(.errorResponse(error, severity: "ERROR")), .flush]
            + run(.transactionFailed(afterQuery: afterQuery))
    }

    mutating func finished(_ outcome: CallOutcome, _ status: TransactionStatus) -> [Action] {
        let call: SessionCall
        switch state {
        case .running(let running), .copyIn(let running), .copyEnded(let running): call = running
        default: return []
        }
        if case .failed(let error) = outcome {
            if closesAfterCall {
                return endAfterCall() ?? []
            }
            return failed(call, error, status)
        }
        if let end = endAfterCall() { return end }
        state = .ready
        switch call {
        case .simpleQuery, .sync: return ready(status)
        case .transactionFailed(let afterQuery):
            if afterQuery { return ready(status) }
            state = .skipping
            return []
        case .parse: return [.send(.parseComplete)]
        case .bind: return [.send(.bindComplete)]
        case .closeStatement, .closePortal: return [.send(.closeComplete)]
        case .execute: return []
        case .describeStatement, .describePortal: return describe(outcome)
        }
    }

    private mutating func failed(
        _ call: SessionCall, _ error: SQLError, _ status: TransactionStatus
    ) -> [Action] {
        switch call {
        case .simpleQuery, .sync: return fail(error, afterQuery: true)
        // Failing to fail: nothing is left that could be undone.
        case .transactionFailed: return fatal(error)
        default: return fail(error, afterQuery: false)
        }
    }

    private func ready(_ status: TransactionStatus) -> [Action] {
        [.send(.readyForQuery(status)), .flush]
    }

    private func describe(_ outcome: CallOutcome) -> [Action] {
        switch outcome {
        case .statementDescription(let parameters, let columns):
            return [
                .send(.parameterDescription(parameters)),
                .send(columns.map { .rowDescription($0) } ?? .noData),
            ]
        case .portalDescription(let columns):
            return [.send(columns.map { .rowDescription($0) } ?? .noData)]
        case .done, .failed: return [.send(.noData)]
        }
    }
}
