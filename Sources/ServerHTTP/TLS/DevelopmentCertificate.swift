import Crypto
import FoundationEssentials
package import JOSE
import SwiftASN1
import X509

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A certificate for loopback names, and the authority that signed it, for a developer's machine.
///
/// The authority's private key is thrown away after its one signature, so that trusting `ca.pem` trusts nothing else.
package enum DevelopmentCertificate {
    private static let lifetime: Int64 = 397 * 86_400
    /// Renewed when less than this is left.
    private static let margin: Int64 = 30 * 86_400

    /// The files in `folder`; made when they are missing, unusable or about to expire.
    package static func files(in folder: String, at now: NumericDate) throws -> (files: TLSFiles, authority: String) {
        let files = TLSFiles(certificate: folder + "/certificate.pem", privateKey: folder + "/private-key.pem")
        let authority = folder + "/ca.pem"
        if FileStamp(path: authority) != nil, let existing = try? TLSCertificates(files, at: now),
            existing.expires.secondsSince1970 - now.secondsSince1970 > margin
        {
            return (files, authority)
        }
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw TLSCertificateError.notWritable(folder) }
        let made = try make(at: now)
        try write(made.privateKey, to: files.privateKey, mode: 0o600)
        try write(made.certificate, to: files.certificate, mode: 0o644)
        try write(made.authority, to: authority, mode: 0o644)
        return (files, authority)
    }

    private static func make(
        at now: NumericDate
    ) throws -> (certificate: String, privateKey: String, authority: String) {
        let start = Date(timeIntervalSince1970: Double(now.secondsSince1970 - 3_600))
        let end = Date(timeIntervalSince1970: Double(now.secondsSince1970 + lifetime))
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let authorityName = try DistinguishedName { CommonName("Tessera development authority") }
        let authority = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: authorityKey.publicKey,
            notValidBefore: start, notValidAfter: end, issuer: authorityName, subject: authorityName,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
                SubjectKeyIdentifier(hash: authorityKey.publicKey)
                // Even if the key had been kept, it could vouch for this name only. Addresses are left out: BoringSSL
                // refuses every certificate below an authority with such constraints.
                Critical(NameConstraints(permittedDNSDomains: ["localhost"]))
            },
            issuerPrivateKey: authorityKey)
        let key = P256.Signing.PrivateKey()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey), notValidBefore: start, notValidAfter: end,
            issuer: authorityName, subject: try DistinguishedName { CommonName("localhost") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: authorityKey.publicKey).keyIdentifier)
                SubjectAlternativeNames([
                    .dnsName("localhost"),
                    .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
                    .ipAddress(ASN1OctetString(contentBytes: ArraySlice([UInt8](repeating: 0, count: 15) + [1]))),
                ])
            },
            issuerPrivateKey: authorityKey)
        return (
            try certificate.serializeAsPEM().pemString + "\n", key.pemRepresentation + "\n",
            try authority.serializeAsPEM().pemString + "\n"
        )
    }

    /// Writes beside the file and moves it into place, so that nobody ever reads half of it.
    private static func write(_ text: String, to path: String, mode: mode_t) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw TLSCertificateError.notWritable(path) }
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count == bytes.count, fchmod(descriptor, mode) == 0, fsync(descriptor) == 0, Glibc.close(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw TLSCertificateError.notWritable(path) }
    }
}
