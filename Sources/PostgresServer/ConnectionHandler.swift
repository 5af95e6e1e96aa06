import Basics
import Logging
import NIOCore
import PostgresProtocol

/// A connection on its event loop: start-up and authentication, then only passing frames on.
///
///     login ─► session ─► lingering ─► (channel closed)
///        └───────────────────▲
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase { case login, session(SessionControl), lingering }

    private let server: ServerContext
    private var phase = Phase.login
    private var machine: ConnectionStateMachine
    private var decoder: FrameDecoder
    private var output = ByteBuffer()
    private var timeout: Scheduled<Void>?
    private var address = "unknown"

    init(server: ServerContext) {
        self.server = server
        machine = ConnectionStateMachine(
            mockSecret: server.mockSecret, hasTLS: server.configuration.addTLS != nil)
        decoder = FrameDecoder(limits: server.configuration.limits)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        address = context.remoteAddress?.ipAddress ?? "unknown"
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timeout = context.eventLoop.scheduleTask(
            in: .milliseconds(server.configuration.authenticationTimeoutMilliseconds)
        ) {
            let (handler, context) = bound.value
            handler.loginEvent(.authenticationTimedOut, context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .lingering = phase { return }
        decoder.append(unwrapInboundIn(data))
        switch phase {
        case .login: readLogin(context)
        case .session(let control): readSession(control, context)
        case .lingering: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        switch phase {
        case .login: _ = machine.receive(.disconnected)
        case .session(let control): control.disconnect()
        case .lingering: break
        }
        phase = .lingering
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: Login

    private func loginEvent(
        _ event: ConnectionStateMachine.Event, _ context: ChannelHandlerContext
    ) {
        guard case .login = phase else { return }
        perform(machine.receive(event), context)
    }

    private func readLogin(_ context: ChannelHandlerContext) {
        while case .login = phase, machine.wantsMessage {
            do {
                guard let frame = try decoder.next() else { return }
                switch frame {
                case .startup(let body):
                    let packet = try StartupPacket(body: body)
                    if case .startup = packet { decoder.startupEnded() }
                    loginEvent(
                        .startupPacket(packet, followedByBytes: decoder.bufferedBytes > 0),
                        context)
                case .message(let code, let body):
                    loginEvent(.message(try FrontendMessage(code: code, body: body)), context)
                }
            } catch {
                let violation = error as? SQLError ?? SQLError(.protocolViolation, "\(error)")
                loginEvent(.framingFailed(violation), context)
            }
        }
    }

    private func perform(
        _ actions: [ConnectionStateMachine.Action], _ context: ChannelHandlerContext
    ) {
        for action in actions {
            switch action {
            case .send(let message): message.encode(into: &output)
            case .sendByte(let byte): output.writeInteger(byte)
            case .flush: flush(context)
            case .startTLS:
                do {
                    try server.configuration.addTLS?(context.channel)
                } catch {
                    errorCaught(context: context, error: error)
                }
            case .lookUpVerifier(let user):
                loginEvent(.verifier(server.backend.verifier(forUser: user)), context)
            case .delayFailure(let user):
                delayFailure(user, context)
            case .openSession(let user, let database, let parameters):
                openSession(user, database, parameters, context)
            case .cancel(let processID, let secret):
                guard !server.throttle.isGuessing(address) else { break }
                if !server.registry.cancel(processID: processID, secret: secret) {
                    _ = server.throttle.failed(address)
                }
            case .close: linger(context)
            case .run, .copyData, .copyDone, .copyFailed: break
            }
        }
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = ByteBuffer()
    }

    private func delayFailure(_ user: String, _ context: ChannelHandlerContext) {
        server.logger.notice(
            "password authentication failed", metadata: ["user": "\(user)", "from": "\(address)"])
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: server.throttle.failed(address)) {
            let (handler, context) = bound.value
            handler.loginEvent(.failureDelayElapsed, context)
        }
    }

    private func openSession(
        _ user: String, _ database: String, _ parameters: [(String, String)],
        _ context: ChannelHandlerContext
    ) {
        server.throttle.succeeded(address)
        let channel = context.channel
        let control = SessionControl(
            inbox: Inbox {
                channel.setOption(.autoRead, value: true).whenComplete { _ in }
            },
            outbox: Outbox(channel: channel))
        switch server.registry.admit(control) {
        case .full:
            loginEvent(
                .sessionRefused(
                    SQLError(.tooManyConnections, "sorry, too many clients already")), context)
        case .stopping:
            loginEvent(
                .sessionRefused(
                    SQLError(.cannotConnectNow, "the database system is shutting down")), context)
        case .admitted(let processID, let secret):
            timeout?.cancel()
            decoder.authenticated()
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            let runner = SessionRunner(
                server: server, control: control, machine: machine, pending: output,
                login: .init(
                    user: user, database: database, parameters: parameters,
                    processID: processID, secret: secret,
                    address: context.remoteAddress?.ipAddress),
                close: {
                    eventLoop.execute {
                        let (handler, context) = bound.value
                        handler.linger(context)
                    }
                })
            output = ByteBuffer()
            phase = .session(control)
            guard SessionThread.start({ runner.run() }) else {
                server.registry.remove(processID: processID)
                server.registry.threadEnded()
                phase = .login
                loginEvent(
                    .sessionRefused(
                        SQLError(.tooManyConnections, "no thread left for another session")),
                    context)
                return
            }
            readSession(control, context)
        }
    }

    // MARK: Session

    private func readSession(_ control: SessionControl, _ context: ChannelHandlerContext) {
        do {
            while let frame = try decoder.next() {
                guard case .message(let code, let body) = frame else { continue }
                if !control.inbox.push(.frame(code, body)) {
                    context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
                }
            }
        } catch {
            let violation = error as? SQLError ?? SQLError(.protocolViolation, "\(error)")
            _ = control.inbox.push(.framingFailed(violation))
            context.channel.setOption(.autoRead, value: false).whenComplete { _ in }
        }
    }

    /// Closes after the client had time to read the last message: closing a socket with unread bytes
    /// would reset it, and the message would be lost.
    private func linger(_ context: ChannelHandlerContext) {
        timeout?.cancel()
        phase = .lingering
        guard context.channel.isActive else { return }
        let channel = context.channel
        channel.setOption(.autoRead, value: true).whenComplete { _ in }
        channel.writeAndFlush(output).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
        }
        output = ByteBuffer()
        context.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }
}
