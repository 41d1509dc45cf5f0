import Glibc
import JOSE

/// Looks at what lies on disk: room, the certificate's end, the socket's folder.
struct InstallationExamination {
    private static let leastFreeBytes: UInt64 = 1 << 30
    private static let renewal = Duration.seconds(21 * 86_400)

    let configuration: Configuration

    func findings(at now: NumericDate) -> [Finding] { [space(), certificate(at: now)].compactMap { $0 } }

    private func space() -> Finding? {
        let folder = FilePath.folder(of: configuration.databasePath)
        var facts = statvfs()
        guard statvfs(folder, &facts) == 0 else { return nil }
        let (free, overflow) = UInt64(facts.f_bavail).multipliedReportingOverflow(by: UInt64(facts.f_frsize))
        let megabytes = (overflow ? UInt64.max : free) >> 20
        guard !overflow, free < Self.leastFreeBytes else { return .good("disk", "\(megabytes) MiB free in \(folder)") }
        return .warning(
            "disk", "only \(megabytes) MiB free in \(folder)",
            fix: "Make room; a full disk stops every change, and with it revocations.")
    }

    private func certificate(at now: NumericDate) -> Finding? {
        guard configuration.flag(.listenTLS), configuration.text(.listenSocket) == nil else { return nil }
        let own = configuration.text(.tlsCertificate)
        let path = own ?? configuration.developmentTLSFolder + "/certificate.pem"
        guard let expiry = CertificateFinding.expiry(of: path) else {
            return own == nil ? .good("certificate", "a development certificate will be made at the start") : nil
        }
        let end = Timestamp.text(expiry)
        guard own != nil else {
            return .warning(
                "certificate", "a development certificate is in use, until \(end)",
                fix: "For anything but development, set tls.certificate and tls.private-key.")
        }
        guard expiry - now < Self.renewal else { return .good("certificate", "valid until \(end)") }
        return .warning(
            "certificate", "it ends on \(end)",
            fix: "Renew it and write the new files over the old: they are read without a restart.")
    }
}
