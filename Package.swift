// swift-tools-version: 6.1
import PackageDescription

/// For targets that touch stored buffers row by row: checking each touch for exclusive access costs a
/// third of a query. Instances belong to one thread, which the operators' structure sees to.
let rowLoops: [SwiftSetting] = [.unsafeFlags(["-enforce-exclusivity=unchecked"])]

/// Targets are listed lowest first; imports point up this list only, never down.
/// `Sources/README.md` traces one SELECT and one event batch through them.
let package = Package(
    name: "storehouse",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "storehouse", targets: ["storehouse"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    ],
    targets: [
        // C: system libraries and the few kernels that need run-time CPU dispatch.
        .systemLibrary(
            name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CEdit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),

        .target(name: "Basics", dependencies: ["CKernels"]),
        .target(name: "Disk", dependencies: ["Basics"]),
        .target(name: "Vectors", dependencies: ["Basics", "CKernels"], swiftSettings: rowLoops),
        .target(
            name: "Encodings", dependencies: ["Vectors", "CKernels", "CZstd", "CLZ4"],
            swiftSettings: rowLoops),
        .target(
            name: "Storage", dependencies: ["Encodings", "Disk"], exclude: ["FORMAT.md"]),
        .target(name: "SQLSyntax", dependencies: ["Basics"]),
        .target(
            name: "Catalog",
            dependencies: [
                "SQLSyntax", "Vectors", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(name: "Planning", dependencies: ["SQLSyntax", "Catalog"]),
        .target(
            name: "Execution", dependencies: ["Planning", "Storage"], swiftSettings: rowLoops),
        .target(
            name: "PostgresProtocol",
            dependencies: [
                "Vectors",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "Engine", dependencies: ["Execution", "PostgresProtocol", "CKernels"]),
        .target(
            name: "PostgresServer",
            dependencies: [
                "PostgresProtocol",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Ingest",
            dependencies: [
                "Vectors",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "DemoData", dependencies: ["Basics"]),
        .target(name: "Console", dependencies: ["PostgresProtocol", "CEdit"]),
        .target(
            name: "Server",
            dependencies: [
                "PostgresServer", "Ingest", "Engine",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "storehouse",
            dependencies: [
                "Server", "Console", "DemoData",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // Tests mirror Sources; TestSupport holds the simulated disk.
        .target(name: "TestSupport", dependencies: ["Storage"], path: "Tests/TestSupport"),
        .testTarget(name: "DiskTests", dependencies: ["Disk", "TestSupport"]),
        .testTarget(name: "VectorsTests", dependencies: ["Vectors"]),
        .testTarget(name: "CatalogTests", dependencies: ["Catalog"]),
        .testTarget(
            name: "PlanningTests", dependencies: ["Planning"], exclude: ["Fixtures"]),
        .testTarget(name: "EncodingsTests", dependencies: ["Encodings"]),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"]),
        .testTarget(
            name: "ExecutionTests", dependencies: ["Execution", "TestSupport"]),
        .testTarget(name: "SQLSyntaxTests", dependencies: ["SQLSyntax"]),
        .testTarget(name: "PostgresProtocolTests", dependencies: ["PostgresProtocol"]),
        .testTarget(name: "PostgresServerTests", dependencies: ["PostgresServer", "Console"]),
        .testTarget(name: "ConsoleTests", dependencies: ["Console"]),
        .testTarget(name: "DemoDataTests", dependencies: ["DemoData"]),
        .testTarget(name: "IngestTests", dependencies: ["Ingest", "DemoData"]),
    ],
    swiftLanguageModes: [.v6]
)
