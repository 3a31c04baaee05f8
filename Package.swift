// swift-tools-version:6.2
import PackageDescription

/// Imports run downward only; the order of the targets below is the order of the layers.
/// `VectorIndex`, `SparseIndex`, `Lineage`, `Metadata` and `Ranking` know no files, no SQLite and no HTTP.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "arcanea",
    products: [
        .library(name: "Vectors", targets: ["Vectors"]),
        .library(name: "VectorIndex", targets: ["VectorIndex"]),
        .library(name: "SparseIndex", targets: ["SparseIndex"]),
        .library(name: "Lineage", targets: ["Lineage"]),
        .library(name: "Metadata", targets: ["Metadata"]),
        .library(name: "Storage", targets: ["Storage"]),
        .library(name: "Engine", targets: ["Engine"]),
        .library(name: "PineconeAPI", targets: ["PineconeAPI"]),
        .library(name: "Platform", targets: ["Platform"]),
        .library(name: "Ranking", targets: ["Ranking"]),
        .library(name: "StrictJSON", targets: ["StrictJSON"]),
        .library(name: "TextEmbedding", targets: ["TextEmbedding"]),
        .executable(name: "arcanea", targets: ["arcanea"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // System libraries: a module map and a shim header each.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CRoaring", providers: [.apt(["libroaring-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // C: SIMD kernels, the JSON parser's shim, the bytes of the embedded model and of the page at /.
        .target(name: "CKernels"),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CEmbedderModel", exclude: ["model"]),
        .target(name: "CWebPage", exclude: ["page"]),

        // Pure algorithms on memory.
        .target(name: "Vectors", dependencies: ["CKernels", "COpenBLAS"], swiftSettings: strict),
        .target(name: "VectorIndex", dependencies: ["Vectors", "CKernels"], swiftSettings: strict),
        .target(name: "SparseIndex", swiftSettings: strict),
        .target(name: "Lineage", swiftSettings: strict),
        .target(name: "Metadata", dependencies: ["CRoaring"], swiftSettings: strict),
        .target(name: "TextEmbedding", dependencies: ["CEmbedderModel"], swiftSettings: strict),
        .target(name: "Ranking", swiftSettings: strict),
        .target(name: "StrictJSON", dependencies: ["CSimdJSON"], swiftSettings: strict),

        // Lineage as files of other programs, and as pictures.
        .target(name: "LineageExchange", dependencies: ["Lineage", "StrictJSON"], swiftSettings: strict),

        // Bytes and rows.
        .target(name: "Storage", dependencies: ["CSQLite", "CZlib"], swiftSettings: strict),

        // Storage, indexes and lineage joined: one writer, immutable read snapshots.
        .target(
            name: "Engine",
            dependencies: ["Vectors", "VectorIndex", "Lineage", "Metadata", "Storage"],
            swiftSettings: strict),

        // Indexes, namespaces and records as users of Pinecone know them.
        .target(
            name: "PineconeAPI",
            dependencies: [
                "Engine", "Metadata", "SparseIndex", "StrictJSON", "TextEmbedding", "VectorIndex", "Vectors",
            ],
            swiftSettings: strict),

        // Rules of the domain: essences, memories, feed.
        .target(
            name: "Platform",
            dependencies: [
                "Engine", "Lineage", "LineageExchange", "Metadata", "PineconeAPI", "Ranking", "StrictJSON",
                "TextEmbedding", "VectorIndex", "Vectors", "CZlib",
            ],
            swiftSettings: strict),

        // Adapters: HTTP and the command line.
        .target(
            name: "HTTPAPI",
            dependencies: [
                "Platform", "PineconeAPI", "LineageExchange", "StrictJSON", "CWebPage",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "arcanea",
            dependencies: [
                "Platform", "HTTPAPI", "LineageExchange", "Storage", "StrictJSON", "VectorIndex", "Vectors",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "KernelTests", dependencies: ["Vectors", "CKernels", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "VectorIndexTests", dependencies: ["VectorIndex", "Vectors", "CKernels", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "SparseIndexTests", dependencies: ["SparseIndex", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "LineageTests", dependencies: ["Lineage", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "MetadataTests", dependencies: ["Metadata", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "TextEmbeddingTests", dependencies: ["TextEmbedding"], exclude: ["Golden"], swiftSettings: strict),
        .testTarget(name: "RankingTests", dependencies: ["Ranking", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "LineageExchangeTests", dependencies: ["LineageExchange", "Lineage", "StrictJSON", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "Lineage", "Metadata", "Storage", "VectorIndex", "Vectors", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "PlatformTests",
            dependencies: [
                "Platform", "Engine", "Lineage", "LineageExchange", "Metadata", "PineconeAPI", "Ranking", "StrictJSON",
                "TextEmbedding", "TestSupport", "Vectors",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPAPITests",
            dependencies: [
                "HTTPAPI", "Platform", "StrictJSON", "TestSupport",
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
