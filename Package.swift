// swift-tools-version: 6.2
import PackageDescription

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")

let package = Package(
    name: "tessera",
    products: [
        .library(name: "JOSE", targets: ["JOSE"]),
        .library(name: "OAuth", targets: ["OAuth"]),
        .library(name: "OAuthClient", targets: ["OAuthClient"]),
        .library(name: "OAuthTransport", targets: ["OAuthTransport"]),
        .library(name: "ResourceServer", targets: ["ResourceServer"]),
        .library(name: "ResourceServerHummingbird", targets: ["ResourceServerHummingbird"]),
        .executable(name: "tessera", targets: ["tessera"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["JSON", "YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Floor 0
        .target(name: "JOSE", dependencies: [crypto, cryptoExtras]),
        // Floor 1
        .target(name: "OAuth", dependencies: ["JOSE", crypto]),
        // Floor 2
        .target(name: "Risk", dependencies: ["OAuth", "JOSE"]),
        .target(name: "OAuthClient", dependencies: ["OAuth", "JOSE"]),
        .target(name: "ResourceServer", dependencies: ["OAuth", "JOSE", crypto]),
        .target(name: "Storage", dependencies: ["OAuth", "JOSE", crypto]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libxcrypt", providers: [.apt(["libcrypt-dev"])]),
        .target(
            name: "Authenticators", dependencies: ["OAuth", "JOSE", "CArgon2", "CCrypt", cryptoExtras],
            resources: [.embedInCode("Password/common-passwords.txt")]),
        // Floor 3
        .target(
            name: "StorageSQLite",
            dependencies: [
                "Storage", "OAuth", "JOSE", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .target(name: "StorageTesting", dependencies: ["Storage", "OAuth", "JOSE"]),
        .target(
            name: "AuthorizationServer",
            dependencies: ["Authenticators", "Storage", "Risk", "OAuth", "JOSE", "CZlib", crypto],
            exclude: ["Translations"], plugins: ["EmbedPages"]),
        .target(
            name: "OAuthTransport",
            dependencies: [
                "OAuth", .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // Floor 4
        .target(
            name: "ResourceServerHummingbird",
            dependencies: [
                "ResourceServer", "OAuth", "JOSE", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "ServerHTTP",
            dependencies: [
                "AuthorizationServer", "Authenticators", "Storage", "Risk", "OAuth", "JOSE", "CCurl", crypto,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            exclude: ["AdministrationAPI/openapi.yaml", "Pages/Templates", "Pages/Assets"],
            plugins: ["EmbedPages"]),
        // Floor 5
        .target(
            name: "Gateway",
            dependencies: [
                "ServerHTTP", "ResourceServer", "OAuthClient", "Risk", "OAuth", "JOSE", crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        // Floor 6
        .executableTarget(
            name: "tessera",
            dependencies: [
                "Gateway", "ResourceServer", "OAuthClient", "OAuthTransport", "ServerHTTP", "AuthorizationServer",
                "Authenticators", "StorageSQLite", "Storage", "Risk", "OAuth", "JOSE", crypto,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]),
        // Tools of the house, never shipped
        .plugin(name: "EmbedPages", capability: .buildTool(), dependencies: ["embed-pages"]),
        .executableTarget(name: "embed-pages"),
        .executableTarget(name: "jose-check", dependencies: ["JOSE"]),
        .executableTarget(
            name: "web-login",
            dependencies: [
                "OAuthClient", "OAuthTransport", "OAuth", "JOSE",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/web-login", exclude: ["README.md"]),
        .executableTarget(
            name: "hummingbird-api",
            dependencies: [
                "ResourceServerHummingbird", "ResourceServer", "OAuthTransport", "OAuth", "JOSE",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Examples/hummingbird-api", exclude: ["README.md"]),
        .executableTarget(
            name: "chaos-kits",
            dependencies: ["ResourceServer", "OAuthTransport", "OAuth", "JOSE"], path: "Chaos/Kits"),
        .executableTarget(
            name: "tessera-bench",
            dependencies: [
                "ResourceServer", "OAuth", "JOSE", "Storage", "StorageSQLite", crypto, cryptoExtras,
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        // Tests
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "OAuthTests", dependencies: ["OAuth", "JOSE", "TestSupport"]),
        .testTarget(name: "AuthenticatorsTests", dependencies: ["Authenticators", "OAuth", "TestSupport"]),
        .testTarget(name: "OAuthClientTests", dependencies: ["OAuthClient", "OAuth", "JOSE", "TestSupport"]),
        .testTarget(name: "ResourceServerTests", dependencies: ["ResourceServer", "OAuth", "JOSE", "TestSupport"]),
        .testTarget(
            name: "ResourceServerHummingbirdTests",
            dependencies: [
                "ResourceServerHummingbird", "ResourceServer", "OAuth", "JOSE", "TestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "OAuthTransportTests",
            dependencies: [
                "OAuthTransport", "OAuth", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "RiskTests", dependencies: ["Risk", "JOSE", "TestSupport"]),
        .testTarget(
            name: "AuthorizationServerTests",
            dependencies: [
                "AuthorizationServer", "Authenticators", "StorageSQLite", "StorageTesting", "Storage", "Risk", "OAuth",
                "JOSE", "CZlib", "TestSupport", crypto,
            ]),
        .testTarget(
            name: "StorageConformanceTests",
            dependencies: [
                "StorageSQLite", "StorageTesting", "Storage", "OAuth", "JOSE", "TestSupport", crypto,
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Gateway", "ServerHTTP", "ResourceServer", "AuthorizationServer", "Authenticators", "StorageTesting",
                "Storage", "Risk", "OAuth", "JOSE", "TestSupport", crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ServerHTTPTests",
            dependencies: [
                "ServerHTTP", "ResourceServerHummingbird", "ResourceServer", "OAuthTransport", "AuthorizationServer",
                "Authenticators", "StorageTesting", "Storage", "Risk", "OAuth", "JOSE", "TestSupport", crypto,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            exclude: ["Pages/Golden", "Mail/smtp_server.py"]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "ServerHTTP", "ResourceServer", "Risk", "OAuth", "JOSE", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "tessera", "Gateway", "ResourceServer", "ServerHTTP", "AuthorizationServer", "Authenticators", "Risk",
                "Storage", "OAuth", "JOSE",
                "TestSupport", crypto,
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        .testTarget(name: "JOSETests", dependencies: ["JOSE", "TestSupport", crypto, cryptoExtras]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where ![.system, .plugin].contains(target.type) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
    ]
}
