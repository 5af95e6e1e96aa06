// swift-tools-version: 6.1
import PackageDescription

/// Micro-benchmarks of kernels and encodings: `Benchmarks/micro/run`. What is measured are the
/// product's own folders, linked here, so that its package needs no benchmark library.
let package = Package(
    name: "storehouse-micro",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: [])
    ],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
        .target(name: "Basics", dependencies: ["CKernels"]),
        .target(name: "Vectors", dependencies: ["Basics", "CKernels"]),
        .target(name: "Encodings", dependencies: ["Vectors", "CKernels", "CZstd", "CLZ4"]),
        .executableTarget(
            name: "Micro",
            dependencies: [
                "Encodings", "CKernels", .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Micro",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)
