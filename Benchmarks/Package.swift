// swift-tools-version:6.2
import PackageDescription

// A package of its own, so that the product carries no benchmark code. The name of the parent must be given: its
// identity would otherwise be the name of the folder that it was checked out into.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "arcanea-benchmarks",
    dependencies: [.package(name: "arcanea", path: "..")],
    targets: [
        .executableTarget(
            name: "AnnPlugin",
            dependencies: [
                .product(name: "Vectors", package: "arcanea"),
                .product(name: "VectorIndex", package: "arcanea"),
                .product(name: "Storage", package: "arcanea"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "FilterBench",
            dependencies: [
                .product(name: "Engine", package: "arcanea"),
                .product(name: "Metadata", package: "arcanea"),
                .product(name: "VectorIndex", package: "arcanea"),
                .product(name: "Vectors", package: "arcanea"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "LineagePlugin",
            dependencies: [.product(name: "Lineage", package: "arcanea")],
            swiftSettings: strict),
        .executableTarget(
            name: "StorageBench",
            dependencies: [
                .product(name: "Engine", package: "arcanea"),
                .product(name: "Storage", package: "arcanea"),
                .product(name: "Vectors", package: "arcanea"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "RankingBench",
            dependencies: [
                .product(name: "Lineage", package: "arcanea"),
                .product(name: "Platform", package: "arcanea"),
                .product(name: "Ranking", package: "arcanea"),
                .product(name: "TextEmbedding", package: "arcanea"),
                .product(name: "VectorIndex", package: "arcanea"),
                .product(name: "Vectors", package: "arcanea"),
            ],
            swiftSettings: strict),
    ]
)
