// swift-tools-version: 6.1
import PackageDescription

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
        .target(name: "Vectors", dependencies: ["Basics", "CKernels"]),
        .target(name: "Encodings", dependencies: ["Vectors", "CKernels", "CZstd", "CLZ4"]),
        .target(name: "Storage", dependencies: ["Encodings", "Disk"]),
        .target(name: "SQLSyntax", dependencies: ["Basics"]),
        .target(
            name: "Catalog",
            dependencies: [
                "Vectors", "SQLSyntax", .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(name: "Planning", dependencies: ["SQLSyntax", "Catalog"]),
        .target(name: "Execution", dependencies: ["Planning", "Storage"]),
        .target(name: "Engine", dependencies: ["Execution"]),
        .target(
            name: "PostgresProtocol",
            dependencies: [
                "Basics",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        .target(
            name: "PostgresServer",
            dependencies: [
                "PostgresProtocol", "Engine",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Ingest",
            dependencies: [
                "Engine",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "DemoData", dependencies: ["Basics"]),
        .target(name: "Console", dependencies: ["PostgresProtocol", "Engine", "CEdit"]),
        .target(
            name: "Server",
            dependencies: [
                "PostgresServer", "Ingest",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "storehouse",
            dependencies: [
                "Server", "Console", "DemoData",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

    ],
    swiftLanguageModes: [.v6]
)
