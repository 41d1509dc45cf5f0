import JOSE

/// Whether the certificate and its key can be used, now and by everybody.
extension ConfigurationCheck {
    mutating func checkCertificate() {
        let certificate = configuration.text(.tlsCertificate)
        let privateKey = configuration.text(.tlsPrivateKey)
        guard configuration.flag(.listenTLS) else {
            if certificate != nil || privateKey != nil {
                refuse(
                    .contradiction, .listenTLS, "it is false, but a certificate or a private key is named",
                    fix: "Set listen.tls to true, or remove tls.certificate and tls.private-key.")
            }
            return
        }
        switch (certificate, privateKey) {
        case (nil, nil):
            return
        case (.some, nil):
            refuse(.privateKeyMissing, .tlsPrivateKey, "it is not set", fix: "Name the key of tls.certificate.")
        case (nil, .some):
            refuse(.certificateMissing, .tlsCertificate, "it is not set", fix: "Name the certificate of the key.")
        case (let certificate?, let privateKey?):
            check(certificate: certificate, privateKey: privateKey)
        }
    }

    private mutating func check(certificate: String, privateKey: String) {
        // A group such as ssl-cert may read it; the world may not, and nobody else may write.
        if let facts = FileFacts(privateKey), facts.mode & 0o027 != 0 {
            refuse(
                .privateKeyExposed, .tlsPrivateKey, "others may read \(privateKey) (mode \(facts.modeText))",
                fix: "Run 'chmod 600 \(privateKey)', and replace the key: it may have been read.")
        }
        for finding in CertificateFinding.findings(certificate: certificate, privateKey: privateKey, at: now) {
            let key: SettingKey = finding.concernsPrivateKey ? .tlsPrivateKey : .tlsCertificate
            refuse(finding.code, key, finding.message, fix: finding.remedy)
        }
    }
}
