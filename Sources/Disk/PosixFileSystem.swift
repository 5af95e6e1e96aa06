import Basics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The operating system's files.
package struct PosixFileSystem: FileSystem {
    package init() {}

    package func open(_ path: String, _ mode: OpenMode) throws -> any File {
        var flags = O_CLOEXEC
        switch mode {
        case .read: flags |= O_RDONLY
        case .update: flags |= O_RDWR
        case .create: flags |= O_RDWR | O_CREAT | O_EXCL
        }
        return PosixFile(try Self.descriptor(path, flags), path: path)
    }

    package func rename(_ path: String, to target: String) throws {
        try Self.check("rename", path) { Self.rename(path, target) }
    }

    package func remove(_ path: String) throws {
        try Self.check("remove", path) { unlink(path) }
    }

    package func list(_ directory: String) throws -> [String] {
        guard let stream = opendir(directory) else {
            throw Self.failure(errno, "list", directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw Self.failure(errno, "list", directory) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package func exists(_ path: String) throws -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return true }
        if errno == ENOENT { return false }
        throw Self.failure(errno, "examine", path)
    }

    package func makeDirectory(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        throw Self.failure(errno, "make directory", path)
    }

    package func syncDirectory(_ path: String) throws {
        let descriptor = try Self.descriptor(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        // No retry, not even after a signal: the kernel may have dropped the error.
        if fsync(descriptor) != 0 { throw Self.failure(errno, "sync directory", path) }
    }

    package func lock(_ path: String) throws -> AnyObject & Sendable {
        let file = PosixFile(
            try Self.descriptor(path, O_RDWR | O_CREAT | O_CLOEXEC), path: path)
        if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { return file }
        if errno == EWOULDBLOCK {
            throw SQLError(
                .objectNotInPrerequisiteState, "the data directory is in use by another process",
                detail: "File \(path) is locked.")
        }
        throw Self.failure(errno, "lock", path)
    }

    private static func descriptor(_ path: String, _ flags: Int32) throws -> Int32 {
        while true {
            let descriptor = sys_open(path, flags)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw failure(errno, "open", path) }
        }
    }

    private static func rename(_ path: String, _ target: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.rename(path, target)
        #else
            Darwin.rename(path, target)
        #endif
    }

    static func check(_ action: String, _ path: String, _ call: () -> Int32) throws {
        while call() != 0 {
            if errno != EINTR { throw failure(errno, action, path) }
        }
    }

    /// The error for an errno, naming what was tried on which file.
    package static func failure(_ code: Int32, _ action: String, _ path: String) -> SQLError {
        let full = code == ENOSPC || code == EDQUOT
        return SQLError(
            full ? .diskFull : .ioError,
            "could not \(action) file \"\(path)\": \(String(cString: strerror(code)))")
    }
}

private func sys_open(_ path: String, _ flags: Int32) -> Int32 { open(path, flags, 0o600) }

/// A file descriptor, closed with the last reference.
final class PosixFile: File {
    let descriptor: Int32
    let path: String

    init(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func size() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw PosixFileSystem.failure(errno, "examine", path)
        }
        return Int(status.st_size)
    }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if got == 0 { break }
            if got < 0 {
                if errno == EINTR { continue }
                throw PosixFileSystem.failure(errno, "read", path)
            }
            done += got
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        guard let base = bytes.baseAddress else { return }
        var done = 0
        while done < bytes.count {
            let put = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
            if put < 0 {
                if errno == EINTR { continue }
                throw PosixFileSystem.failure(errno, "write", path)
            }
            // No progress without an error would spin for ever.
            if put == 0 { throw PosixFileSystem.failure(EIO, "write", path) }
            done += put
        }
    }

    func syncData() throws {
        #if canImport(Glibc)
            let result = fdatasync(descriptor)
        #else
            let result = fcntl(descriptor, F_FULLFSYNC)
        #endif
        if result != 0 { throw PosixFileSystem.failure(errno, "sync", path) }
    }

    func truncate(to size: Int) throws {
        try PosixFileSystem.check("truncate", path) { ftruncate(descriptor, off_t(size)) }
    }
}
