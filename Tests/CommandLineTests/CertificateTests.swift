import Crypto
import FoundationEssentials
import Glibc
import JOSE
import SwiftASN1
import Testing
import X509
import tessera

@Suite struct `A certificate` {
    private static let settings = """
        issuer: https://id.example.com
        tls:
          certificate: certificate.pem
          private-key: key.pem

        """

    /// An installation with a self-signed certificate that is valid for a day around the moment of the tests.
    private func installation(
        from start: Int64 = -86_400, until end: Int64 = 86_400, mode: mode_t = 0o600, otherKey: Bool = false
    ) throws -> TestInstallation {
        let installation = try TestInstallation()
        let key = P256.Signing.PrivateKey()
        let certificate = try Self.certificate(for: key, from: start, until: end)
        try installation.write(try certificate.serializeAsPEM().pemString + "\n", to: "certificate.pem", mode: 0o644)
        let written = otherKey ? P256.Signing.PrivateKey() : key
        try installation.write(written.pemRepresentation + "\n", to: "key.pem", mode: mode)
        try installation.write(Self.settings, to: "tessera.yaml", mode: 0o644)
        return installation
    }

    private static func certificate(
        for key: P256.Signing.PrivateKey, from start: Int64, until end: Int64
    ) throws -> Certificate {
        let now = Double(TestInstallation.now.secondsSince1970)
        let name = try DistinguishedName { CommonName("id.example.com") }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: now + Double(start)),
            notValidAfter: Date(timeIntervalSince1970: now + Double(end)), issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: Certificate.Extensions(),
            issuerPrivateKey: Certificate.PrivateKey(key))
    }

    @Test func `is accepted with its key`() async throws {
        #expect(await (try installation()).problems() == [])
    }

    @Test func `may be read by a group but not by the world`() async throws {
        #expect(await (try installation(mode: 0o640)).problems() == [])
        #expect(await (try installation(mode: 0o644)).problems().map(\.code) == [.privateKeyExposed])
    }

    @Test func `ends the start when it has expired`() async throws {
        #expect(await (try installation(until: 0)).problems().map(\.code) == [.certificateExpired])
    }

    @Test func `ends the start before it is valid`() async throws {
        #expect(await (try installation(from: 1)).problems().map(\.code) == [.certificateFuture])
    }

    @Test func `must belong to its key`() async throws {
        #expect(await (try installation(otherKey: true)).problems().map(\.code) == [.privateKeyForeign])
    }

    @Test func `must be one`() async throws {
        let installation = try installation()
        try installation.write("hello\n", to: "certificate.pem")
        try installation.write("hello\n", to: "key.pem")
        #expect(await installation.problems().map(\.code) == [.certificateBroken, .privateKeyBroken])
    }

    @Test func `must be there, and its key too`() async throws {
        let installation = try installation()
        try Mutation.removal(of: "certificate.pem")(installation)
        try Mutation.removal(of: "key.pem")(installation)
        #expect(await installation.problems().map(\.code) == [.certificateMissing, .privateKeyMissing])
    }

    @Test func `does not come without its key`() async throws {
        let installation = try installation()
        try installation.write(
            "issuer: https://id.example.com\ntls:\n  certificate: certificate.pem\n", to: "tessera.yaml", mode: 0o644)
        #expect(await installation.problems().map(\.code) == [.privateKeyMissing])
    }

    /// Two blocks in one file, in the order in which they stand there.
    enum Order: CaseIterable { case keyFirst, certificateFirst }

    private static func text(of name: String, in installation: TestInstallation) throws -> String {
        String(decoding: try #require(FileManager.default.contents(atPath: installation.path(name))), as: UTF8.self)
    }

    @Test(arguments: Order.allCases)
    func `may stand in one file with its key, in any order`(order: Order) async throws {
        let installation = try installation()
        let certificate = try Self.text(of: "certificate.pem", in: installation)
        let key = try Self.text(of: "key.pem", in: installation)
        let both = order == .keyFirst ? key + certificate : certificate + key
        for file in ["certificate.pem", "key.pem"] {
            try installation.write(both, to: file)
            #expect(await installation.problems() == [], "\(file)")
        }
        // Another key is another key there, too.
        let other = P256.Signing.PrivateKey().pemRepresentation + "\n"
        try installation.write(order == .keyFirst ? other + certificate : certificate + other, to: "key.pem")
        #expect(await installation.problems().map(\.code) == [.privateKeyForeign])
    }

    @Test func `is not its key alone`() async throws {
        let installation = try installation()
        try installation.write(try Self.text(of: "key.pem", in: installation), to: "certificate.pem")
        #expect(await installation.problems().map(\.code) == [.certificateBroken])
    }

    @Test func `must not have a weak key`() async throws {
        let installation = try TestInstallation()
        try installation.write(Self.settings, to: "tessera.yaml", mode: 0o644)
        try installation.write(WeakCertificate.certificate, to: "certificate.pem", mode: 0o644)
        try installation.write(WeakCertificate.privateKey, to: "key.pem")
        #expect(await installation.problems().map(\.code) == [.certificateWeak])
    }
}
