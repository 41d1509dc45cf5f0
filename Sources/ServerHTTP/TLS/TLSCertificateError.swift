/// Why a certificate cannot be used; the text says what an operator can do.
package enum TLSCertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(String)
    case keyReadableByAll(String)
    case expired(String)
    case mismatch(certificate: String, privateKey: String)
    case notWritable(String)

    package var description: String {
        switch self {
        case .unreadable(let path): "\(path) is missing, not readable, or not PEM"
        case .keyReadableByAll(let path): "\(path) can be read by every user: chmod 600 \(path)"
        case .expired(let path): "the certificate in \(path) has expired: renew it"
        case .mismatch(let certificate, let key):
            "the private key in \(key) does not belong to the certificate in \(certificate)"
        case .notWritable(let path): "\(path) cannot be written: check the folder and its permissions"
        }
    }
}
