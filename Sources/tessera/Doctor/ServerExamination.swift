import JOSE
import OAuth

/// Asks the running server, over its socket and over its public address.
struct ServerExamination {
    /// How far the clocks of server and this command may differ.
    private static let clockTolerance: Int64 = 5

    let configuration: Configuration
    /// The process that has the database open.
    let lockHolder: Int32?

    func findings(at now: NumericDate) async -> [Finding] {
        let client = AdministrationClient(socket: configuration.administrationSocket)
        let status: JSONObject
        do { status = try await client.send(.get, "/admin/v1/status") } catch let failure as CommandFailure {
            guard failure.status == .unreachable else {
                return [.bad("server", failure.message, fix: "See its log.")]
            }
            if let lockHolder {
                return [
                    .bad(
                        "server", "process \(lockHolder) has the database open, but nothing answers at the socket",
                        fix: "Name the configuration it was started with, or look at that process and its log.")
                ]
            }
            return [.warning("server", "it does not run, or this user may not ask it", fix: failure.remedy)]
        } catch {
            return [.bad("server", "\(error)", fix: "See its log.")]
        }
        var findings = [self.server(status), clock(status, at: now)]
        findings.append(await readiness(client))
        findings += await endpoints()
        return findings
    }

    private func server(_ status: JSONObject) -> Finding {
        let issuer = status.text("issuer")
        guard issuer == configuration.issuerText else {
            return .bad(
                "server", "it runs for the issuer \(issuer), the configuration says \(configuration.issuerText)",
                fix: "Restart it with this configuration, or name the configuration it was started with.")
        }
        return .good("server", "version \(status.text("version")), running for \(status.text("uptime")) s")
    }

    private func clock(_ status: JSONObject, at now: NumericDate) -> Finding {
        let started = status.integer("started_at") ?? 0
        let (theirs, overflow) = started.addingReportingOverflow(status.integer("uptime") ?? 0)
        guard !overflow,
            abs(now.secondsSince1970.subtractingReportingOverflow(theirs).partialValue) <= Self.clockTolerance
        else {
            return .bad("clock", "it differs from the server's", fix: "Check the time service of this machine.")
        }
        return .good("clock", "\(Timestamp.text(now))")
    }

    private func readiness(_ client: AdministrationClient) async -> Finding {
        guard let answer = try? await client.answer(.get, "/health/ready"), answer.status == 200 else {
            return .bad(
                "readiness", "the server says that it is not ready",
                fix: "Its store cannot write, or it is stopping: see its log and the disk.")
        }
        return .good("readiness", "the store reads and writes")
    }

    /// As a client sees it: metadata of the right issuer, and a key set with keys in it.
    private func endpoints() async -> [Finding] {
        guard Issuer(configuration.issuerText) != nil else { return [] }
        let isDevelopment = !configuration.isSet(.tlsCertificate) && configuration.flag(.listenTLS)
        let authorities = isDevelopment ? configuration.developmentTLSFolder + "/ca.pem" : nil
        do {
            let remote = try await RemoteIssuer.discover(configuration.issuerText, authorities: authorities)
            let keys = try await remote.keySet()
            guard !keys.keys.isEmpty else {
                return [.bad("endpoints", "the key set is empty", fix: "See 'tessera key list'.")]
            }
            return [
                .good("endpoints", "\(configuration.issuerText) publishes its metadata and \(keys.keys.count) key(s)")
            ]
        } catch let failure as CommandFailure {
            return [
                .warning(
                    "endpoints", failure.message,
                    fix: "Clients use this address: check DNS, the proxy and the certificate, from their side.")
            ]
        } catch {
            return [.warning("endpoints", "\(error)", fix: "Check the address from a client's side.")]
        }
    }
}
