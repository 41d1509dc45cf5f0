// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that fuzzing leaves nothing in the product's build. It sees public declarations only.
let package = Package(
    name: "tessera-fuzz",
    dependencies: [.package(name: "tessera", path: "..")],
    targets: [
        .target(
            name: "Addresses",
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Addresses",
                .product(name: "JOSE", package: "tessera"),
                .product(name: "OAuth", package: "tessera"),
                .product(name: "ResourceServer", package: "tessera"),
            ],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
                // The entry point is libFuzzer's. The linked files of the edge import the product's module of addresses,
                // of which the one file that they need is a module here.
                .unsafeFlags(["-parse-as-library", "-module-alias", "Risk=Addresses"]),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
