// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let jose: Target.Dependency = .product(name: "JOSE", package: "tessera")
let oauth: Target.Dependency = .product(name: "OAuth", package: "tessera")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
// The files of the product that are linked here import these modules of it, which publish nothing; each is one here, with
// as much of it as those files need, under a name of its own, because two packages must not have the same.
let aliases = [
    "Risk=Addresses", "Storage=Records", "AuthorizationServer=Problems", "NIOHPACK=FieldBlock",
]

// A package of its own, so that fuzzing leaves nothing in the product's build. It sees public declarations only.
let package = Package(
    name: "tessera-fuzz",
    dependencies: [
        .package(name: "tessera", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    ],
    targets: [
        .target(name: "Addresses", swiftSettings: settings),
        .target(name: "Records", dependencies: [jose, oauth, crypto], swiftSettings: settings),
        .target(name: "Problems", dependencies: [oauth], swiftSettings: settings),
        .target(name: "FieldBlock", swiftSettings: settings),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Addresses", "Records", "Problems", "FieldBlock", jose, oauth, crypto,
                .product(name: "ResourceServer", package: "tessera"),
            ],
            // The entry point is libFuzzer's.
            swiftSettings: settings
                + [.unsafeFlags(["-parse-as-library"] + aliases.flatMap { ["-module-alias", $0] })]),
    ],
    swiftLanguageModes: [.v6]
)
