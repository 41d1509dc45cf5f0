// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that fuzzing leaves nothing in the product's build. It sees public declarations only.
let package = Package(
    name: "tessera-fuzz",
    dependencies: [.package(name: "tessera", path: "..")],
    targets: [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                .product(name: "JOSE", package: "tessera"),
                .product(name: "OAuth", package: "tessera"),
            ],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                // The entry point is libFuzzer's.
                .unsafeFlags(["-parse-as-library"]),
            ])
    ],
    swiftLanguageModes: [.v6]
)
