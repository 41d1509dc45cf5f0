/// Where a certificate chain and its private key are kept, in PEM.
package struct TLSFiles: Hashable, Sendable {
    package let certificate: String
    package let privateKey: String

    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}
