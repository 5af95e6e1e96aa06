import Basics
import Disk
import Synchronization

/// A disk in memory that loses what was not synced, tears writes and fails on demand.
///
/// After `crash`, what was synced is there; of every later write each 512-byte sector is, at
/// random, old or new; a file's size is one of those it had; every directory entry changed since
/// its directory was last synced is, at random, old or new.
package final class SimulatedDisk: FileSystem {
    /// A kind of call, for counting and for failing.
    package enum Call: String, Sendable, CaseIterable {
        case open, create, rename, remove, list, makeDirectory, syncDirectory, lock
        case size, read, write, syncData, truncate
    }

    /// What happens at one call.
    package enum Fault: Sendable {
        /// The call does nothing and reports the error.
        case ioError, diskFull
        /// A write stores half of its bytes and reports a full disk.
        case shortWrite
        /// The machine stops: this call and all later ones do nothing and fail.
        case crash
        /// A sync does nothing and reports success.
        case ignoreSync
    }

    /// One call, as a fault rule sees it.
    package struct Event: Sendable {
        /// Number of the call among all but `lock`, `size`, `list` and reads, from 0.
        package var index: Int
        package var call: Call
        package var path: String
    }

    final class Node: @unchecked Sendable {
        var bytes: [UInt8] = []
        /// Contents at the last sync.
        var durable: [UInt8] = []
        /// Sectors written, and sizes had, since then.
        var dirty = Set<Int>()
        var sizes: [Int] = []
    }

    struct Directory {
        var names: [String: Node] = [:]
        var durable: [String: Node] = [:]
    }

    private struct State {
        var directories: [String: Directory] = ["": Directory()]
        var locks = Set<String>()
        var events = 0
        var reads = 0
        var isDown = false
        var rule: (@Sendable (Event) -> Fault?)?
        var readRule: (@Sendable (Event) -> Fault?)?
        /// Raised by every crash: files opened before it are dead.
        var generation = 0
    }

    private let state = Mutex(State())
    package static let sector = 512

    package init() {}

    // MARK: Faults

    /// Calls that change something, so far.
    package var eventCount: Int { state.withLock { $0.events } }
    package var readCount: Int { state.withLock { $0.reads } }

    /// Asks the rule about every call that changes something.
    package func setRule(_ rule: (@Sendable (Event) -> Fault?)?) {
        state.withLock {
            $0.rule = rule
            $0.events = 0
        }
    }

    /// Asks the rule about every open, read, size and list.
    package func setReadRule(_ rule: (@Sendable (Event) -> Fault?)?) {
        state.withLock {
            $0.readRule = rule
            $0.reads = 0
        }
    }

    /// The machine stops and starts again; see the type.
    package func crash(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        state.withLock { state in
            var nodes: [ObjectIdentifier: Node] = [:]
            for path in state.directories.keys.sorted() {
                guard var directory = state.directories[path] else { continue }
                var kept = directory.durable
                let names = Set(directory.names.keys).union(directory.durable.keys).sorted()
                for name in names where directory.names[name] !== directory.durable[name] {
                    if random.next() & 1 == 0 { kept[name] = directory.names[name] }
                }
                directory.names = kept
                directory.durable = kept
                state.directories[path] = directory
                for name in kept.keys.sorted() {
                    if let node = kept[name], nodes[ObjectIdentifier(node)] == nil {
                        nodes[ObjectIdentifier(node)] = node
                        Self.tear(node, &random)
                    }
                }
            }
            state.locks = []
            state.isDown = false
            state.rule = nil
            state.readRule = nil
            state.generation += 1
        }
    }

    private static func tear(_ node: Node, _ random: inout SplitMix64) {
        if node.dirty.isEmpty && node.sizes.isEmpty { return }
        // Sometimes all or nothing arrived: mixed sectors alone would hardly ever show those.
        let mode = random.next() % 4
        let sizes = [node.durable.count] + node.sizes
        let size =
            mode == 0
            ? node.durable.count
            : mode == 1 ? node.bytes.count : sizes[Int(random.next() % UInt64(sizes.count))]
        var result = [UInt8](repeating: 0, count: size)
        for start in stride(from: 0, to: size, by: sector) {
            let isNew =
                mode == 1
                || (mode != 0 && node.dirty.contains(start / sector) && random.next() & 1 == 0)
            let source = isNew ? node.bytes : node.durable
            for index in start..<min(start + sector, size) where index < source.count {
                result[index] = source[index]
            }
        }
        node.bytes = result
        node.durable = result
        node.dirty = []
        node.sizes = []
    }

    /// Flips, zeroes or swaps bytes of a file as rot would; for tests of damage.
    package func damage(_ path: String, _ body: (inout [UInt8]) -> Void) {
        let (directory, name) = Self.split(path)
        state.withLock { state in
            guard let node = state.directories[directory]?.names[name] else { return }
            body(&node.bytes)
            node.durable = node.bytes
        }
    }

    /// A copy of all durable and current contents, for running the same start many times.
    package func copy() -> SimulatedDisk {
        let other = SimulatedDisk()
        state.withLock { state in
            var nodes: [ObjectIdentifier: Node] = [:]
            func clone(_ node: Node) -> Node {
                if let made = nodes[ObjectIdentifier(node)] { return made }
                let made = Node()
                made.bytes = node.bytes
                made.durable = node.durable
                made.dirty = node.dirty
                made.sizes = node.sizes
                nodes[ObjectIdentifier(node)] = made
                return made
            }
            let directories = state.directories.mapValues { directory in
                Directory(
                    names: directory.names.mapValues(clone),
                    durable: directory.durable.mapValues(clone))
            }
            other.state.withLock { $0.directories = directories }
        }
        return other
    }

    /// Paths of all files, sorted.
    package var paths: [String] {
        state.withLock { state in
            state.directories.flatMap { path, directory in
                directory.names.keys.map { path + "/" + $0 }
            }.sorted()
        }
    }

    static func split(_ path: String) -> (String, String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    static func error(_ fault: Fault, _ call: Call, _ path: String) -> SQLError {
        switch fault {
        case .diskFull, .shortWrite:
            PosixFileSystem.failure(28, call.rawValue, path)
        default: PosixFileSystem.failure(5, call.rawValue, path)
        }
    }

    static func missing(_ call: Call, _ path: String) -> SQLError {
        PosixFileSystem.failure(2, call.rawValue, path)
    }

    /// Runs a call that changes something, unless it is to fail.
    private func change<R>(
        _ call: Call, _ path: String, generation: Int? = nil,
        _ body: (inout State, Fault?) throws -> R
    ) throws -> R {
        try state.withLock { state in
            if state.isDown || (generation ?? state.generation) != state.generation {
                throw Self.error(.ioError, call, path)
            }
            let event = Event(index: state.events, call: call, path: path)
            state.events += 1
            let fault = state.rule?(event)
            switch fault {
            case .crash:
                state.isDown = true
                // The call under way may still have reached the disk's cache.
                if call == .write { _ = try? body(&state, .shortWrite) }
                throw Self.error(.ioError, call, path)
            case .ioError, .diskFull: throw Self.error(fault ?? .ioError, call, path)
            default: return try body(&state, fault)
            }
        }
    }

    private func look<R>(
        _ call: Call, _ path: String, generation: Int? = nil, _ body: (inout State) throws -> R
    ) throws -> R {
        try state.withLock { state in
            if state.isDown || (generation ?? state.generation) != state.generation {
                throw Self.error(.ioError, call, path)
            }
            let event = Event(index: state.reads, call: call, path: path)
            state.reads += 1
            if let fault = state.readRule?(event) { throw Self.error(fault, call, path) }
            return try body(&state)
        }
    }

    // MARK: FileSystem

    package func open(_ path: String, _ mode: OpenMode) throws -> any File {
        let (directory, name) = Self.split(path)
        if mode == .create {
            return try change(.create, path) { state, _ in
                guard state.directories[directory] != nil else {
                    throw Self.missing(.create, path)
                }
                guard state.directories[directory]?.names[name] == nil else {
                    throw PosixFileSystem.failure(17, "create", path)
                }
                let node = Node()
                state.directories[directory]?.names[name] = node
                return SimulatedFile(self, node, path, state.generation)
            }
        }
        return try look(.open, path) { state in
            guard let node = state.directories[directory]?.names[name] else {
                throw Self.missing(.open, path)
            }
            return SimulatedFile(self, node, path, state.generation)
        }
    }

    package func rename(_ path: String, to target: String) throws {
        let (directory, name) = Self.split(path)
        let (targetDirectory, targetName) = Self.split(target)
        try change(.rename, path) { state, _ in
            guard let node = state.directories[directory]?.names.removeValue(forKey: name) else {
                throw Self.missing(.rename, path)
            }
            state.directories[targetDirectory]?.names[targetName] = node
        }
    }

    package func remove(_ path: String) throws {
        let (directory, name) = Self.split(path)
        try change(.remove, path) { state, _ in
            guard state.directories[directory]?.names.removeValue(forKey: name) != nil else {
                throw Self.missing(.remove, path)
            }
        }
    }

    package func list(_ directory: String) throws -> [String] {
        try look(.list, directory) { state in
            guard let names = state.directories[directory]?.names.keys.sorted() else {
                throw Self.missing(.list, directory)
            }
            let children = state.directories.keys.filter {
                $0 != directory && Self.split($0).0 == directory && !$0.isEmpty
            }
            return (names + children.map { Self.split($0).1 }).sorted()
        }
    }

    package func exists(_ path: String) throws -> Bool {
        let (directory, name) = Self.split(path)
        return try look(.size, path) { state in
            state.directories[path] != nil || state.directories[directory]?.names[name] != nil
        }
    }

    package func makeDirectory(_ path: String) throws {
        // Directories are taken to be durable at once: the store makes them before anything else.
        try change(.makeDirectory, path) { state, _ in
            if state.directories[path] == nil { state.directories[path] = Directory() }
        }
    }

    package func syncDirectory(_ path: String) throws {
        try change(.syncDirectory, path) { state, fault in
            if case .ignoreSync = fault { return }
            if let names = state.directories[path]?.names {
                state.directories[path]?.durable = names
            }
        }
    }

    package func lock(_ path: String) throws -> AnyObject & Sendable {
        try state.withLock { state in
            if state.isDown { throw Self.error(.ioError, .lock, path) }
            guard state.locks.insert(path).inserted else {
                throw SQLError(.objectNotInPrerequisiteState, "the data directory is in use")
            }
            return Token(self, path, state.generation)
        }
    }

    private final class Token: Sendable {
        let disk: SimulatedDisk
        let path: String
        let generation: Int
        init(_ disk: SimulatedDisk, _ path: String, _ generation: Int) {
            self.disk = disk
            self.path = path
            self.generation = generation
        }
        deinit {
            disk.state.withLock { if $0.generation == generation { $0.locks.remove(path) } }
        }
    }

    /// A file of the simulated disk.
    final class SimulatedFile: File {
        let disk: SimulatedDisk
        let node: Node
        let path: String
        let generation: Int

        init(_ disk: SimulatedDisk, _ node: Node, _ path: String, _ generation: Int) {
            self.disk = disk
            self.node = node
            self.path = path
            self.generation = generation
        }

        func size() throws -> Int {
            try disk.look(.size, path, generation: generation) { _ in node.bytes.count }
        }

        func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            try disk.look(.read, path, generation: generation) { _ in
                let count = max(0, min(buffer.count, node.bytes.count - offset))
                if count > 0 { buffer.copyBytes(from: node.bytes[offset..<(offset + count)]) }
                return count
            }
        }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
            try disk.change(.write, path, generation: generation) { _, fault in
                var count = bytes.count
                if case .shortWrite = fault { count /= 2 }
                if count > 0 {
                    if node.bytes.count < offset + count {
                        node.bytes += [UInt8](
                            repeating: 0, count: offset + count - node.bytes.count)
                        node.sizes.append(node.bytes.count)
                    }
                    node.bytes.replaceSubrange(offset..<(offset + count), with: bytes.prefix(count))
                    for sector in (offset / sector)...((offset + count - 1) / sector) {
                        node.dirty.insert(sector)
                    }
                }
                if case .shortWrite = fault { throw SimulatedDisk.error(.diskFull, .write, path) }
            }
        }

        func syncData() throws {
            try disk.change(.syncData, path, generation: generation) { _, fault in
                if case .ignoreSync = fault { return }
                node.durable = node.bytes
                node.dirty = []
                node.sizes = []
            }
        }

        func truncate(to size: Int) throws {
            try disk.change(.truncate, path, generation: generation) { _, _ in
                if size < node.bytes.count {
                    node.bytes.removeLast(node.bytes.count - size)
                } else {
                    node.bytes += [UInt8](repeating: 0, count: size - node.bytes.count)
                }
                for sector
                    in (size / SimulatedDisk.sector)...(node.durable.count / SimulatedDisk.sector
                    + size / SimulatedDisk.sector)
                {
                    node.dirty.insert(sector)
                }
                node.sizes.append(size)
            }
        }

        private var sector: Int { SimulatedDisk.sector }
    }
}
