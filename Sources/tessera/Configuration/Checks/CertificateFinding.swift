import FoundationEssentials
import JOSE
import NIOSSL
import SwiftASN1
import X509

/// One thing that is wrong with a certificate or its private key.
struct CertificateFinding {
    let code: ConfigurationProblem.Code
    let message: String
    let remedy: String
    var concernsPrivateKey = false

    /// Everything that is wrong with this pair of PEM files at `now`.
    static func findings(
        certificate path: String, privateKey keyPath: String, at now: NumericDate
    ) -> [CertificateFinding] {
        var findings: [CertificateFinding] = []
        let leaf = certificate(path, into: &findings)
        // A weak pair is one problem, not two.
        if findings.contains(where: { $0.code == .certificateWeak }) { return findings }
        let key = privateKey(keyPath, into: &findings)
        if let leaf { findings += Self.findings(about: leaf, path: path, at: now) }
        if let leaf, let key, leaf.publicKey != key.publicKey {
            findings.append(
                CertificateFinding(
                    code: .privateKeyForeign, message: "\(keyPath) is not the key of \(path)",
                    remedy: "Name the key that the certificate was issued for.", concernsPrivateKey: true))
        }
        return findings
    }

    /// The end of its validity; `nil` if there is no such certificate.
    static func expiry(of path: String) -> NumericDate? {
        var ignored: [CertificateFinding] = []
        return certificate(path, into: &ignored).map { NumericDate($0.notValidAfter) }
    }

    private static func findings(
        about leaf: Certificate, path: String, at now: NumericDate
    ) -> [CertificateFinding] {
        var findings: [CertificateFinding] = []
        if NumericDate(leaf.notValidAfter) <= now {
            findings.append(
                CertificateFinding(
                    code: .certificateExpired,
                    message: "\(path) expired on \(Timestamp.text(NumericDate(leaf.notValidAfter)))",
                    remedy: "Renew it."))
        }
        if NumericDate(leaf.notValidBefore) > now {
            findings.append(
                CertificateFinding(
                    code: .certificateFuture,
                    message: "\(path) is valid from \(Timestamp.text(NumericDate(leaf.notValidBefore))) only",
                    remedy: "Check the clock of this machine, or wait."))
        }
        return findings
    }

    private static func certificate(_ path: String, into findings: inout [CertificateFinding]) -> Certificate? {
        guard let text = text(path) else {
            findings.append(
                CertificateFinding(
                    code: .certificateMissing, message: "\(path) cannot be read",
                    remedy: "Name a PEM file that the user of the server may read."))
            return nil
        }
        // What the server will take for the leaf: the first certificate, whatever stands around it (its key, say).
        guard let bytes = try? NIOSSLCertificate(bytes: Array(text.utf8), format: .pem).toDERBytes() else {
            findings.append(
                CertificateFinding(
                    code: .certificateBroken, message: "\(path) has no certificate in PEM",
                    remedy: "Write the leaf first, then the intermediate certificates."))
            return nil
        }
        // A certificate that can be read but whose key cannot be used: RSA below 2048 bits does not even load.
        guard let certificate = try? Certificate(derEncoded: bytes) else {
            findings.append(
                CertificateFinding(
                    code: .certificateWeak, message: "the key of \(path) is weak, or of a kind that is not supported",
                    remedy: "Use an RSA key of at least 2048 bits, or an EC P-256 key."))
            return nil
        }
        return certificate
    }

    private static func privateKey(
        _ path: String, into findings: inout [CertificateFinding]
    ) -> Certificate.PrivateKey? {
        guard let text = text(path) else {
            findings.append(
                CertificateFinding(
                    code: .privateKeyMissing, message: "\(path) cannot be read",
                    remedy: "Name a PEM file that the user of the server may read.", concernsPrivateKey: true))
            return nil
        }
        // The first key of the file, as the server takes it, whether certificates stand before or after it.
        let blocks = (try? PEMDocument.parseMultiple(pemString: text)) ?? []
        guard let block = blocks.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }),
            let key = try? Certificate.PrivateKey(pemDocument: block)
        else {
            findings.append(
                CertificateFinding(
                    code: .privateKeyBroken, message: "\(path) is no private key in PEM without a passphrase",
                    remedy: "Use an EC or RSA key; 'openssl pkey -in key.pem' writes one in the right form.",
                    concernsPrivateKey: true))
            return nil
        }
        return key
    }

    private static func text(_ path: String) -> String? {
        guard let facts = FileFacts(path), facts.isRegularFile, facts.size <= 1 << 20 else { return nil }
        return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension NumericDate {
    init(_ date: Date) { self.init(secondsSince1970: Int64(date.timeIntervalSince1970.rounded(.down))) }
}
