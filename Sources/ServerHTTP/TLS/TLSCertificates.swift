package import JOSE
import NIOCore
import NIOSSL
import Synchronization

/// The certificate in use, read anew when its files change; new connections get the new one, old ones keep theirs.
package final class TLSCertificates: Sendable {
    private struct State {
        var context: NIOSSLContext
        var stamps: [FileStamp?]
        var expires: Int64
    }

    private let files: TLSFiles
    private let state: Mutex<State>

    /// Reads the files; throws ``TLSCertificateError``, which says what to do.
    package init(_ files: TLSFiles, at now: NumericDate) throws {
        self.files = files
        let stamps = Self.stamps(files)
        let (context, expires) = try Self.load(files, at: now)
        state = Mutex(State(context: context, stamps: stamps, expires: expires))
    }

    var context: NIOSSLContext { state.withLock { $0.context } }

    /// When the certificate in use ends, in seconds since 1970; for metrics and warnings.
    package var expires: NumericDate { NumericDate(secondsSince1970: state.withLock { $0.expires }) }

    /// Whether the files are others than those last looked at.
    package var hasChanged: Bool {
        let stamps = Self.stamps(files)
        return state.withLock { $0.stamps != stamps }
    }

    /// Takes the files as they are now; when they cannot be used, what is in use stays and the error is thrown.
    package func reload(at now: NumericDate) throws {
        let stamps = Self.stamps(files)
        // Remembered first: a broken pair is reported once and not every few seconds.
        state.withLock { $0.stamps = stamps }
        let (context, expires) = try Self.load(files, at: now)
        state.withLock { state in
            state.context = context
            state.expires = expires
        }
    }

    private static func stamps(_ files: TLSFiles) -> [FileStamp?] {
        [FileStamp(path: files.certificate), FileStamp(path: files.privateKey)]
    }

    private static func load(_ files: TLSFiles, at now: NumericDate) throws -> (NIOSSLContext, expires: Int64) {
        guard let stamp = FileStamp(path: files.privateKey) else {
            throw TLSCertificateError.unreadable(files.privateKey)
        }
        guard stamp.mode & 0o007 == 0 else { throw TLSCertificateError.keyReadableByAll(files.privateKey) }
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
        } catch {
            throw TLSCertificateError.unreadable(files.certificate)
        }
        guard let leaf = chain.first else { throw TLSCertificateError.unreadable(files.certificate) }
        let expires = Int64(leaf.notValidAfter)
        guard expires > now.secondsSince1970 else { throw TLSCertificateError.expired(files.certificate) }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.privateKey, format: .pem)
        } catch {
            throw TLSCertificateError.unreadable(files.privateKey)
        }
        do {
            let context = try NIOSSLContext(configuration: Self.configuration(chain, key))
            return (context, expires)
        } catch {
            throw TLSCertificateError.mismatch(certificate: files.certificate, privateKey: files.privateKey)
        }
    }

    /// TLS 1.2 and 1.3, forward secrecy and AEAD only (RFC 9325 §4.2).
    private static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuites = [
            "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
        ].joined(separator: ":")
        // A peer that does not say goodbye must not hold up a server that stops.
        configuration.shutdownTimeout = .milliseconds(500)
        configuration.applicationProtocols = ["h2", "http/1.1"]
        return configuration
    }
}
