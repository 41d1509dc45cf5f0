import AuthorizationServer
import JOSE
import OAuth

extension AdministrationAPI {
    /// Refuses what only a browser sends, and over the network every name that is not the server's own: a page that
    /// makes its name resolve to this machine still sends that name.
    func checkOrigin(of request: ServerRequest) throws(AdministrationRefusal) {
        guard request.headers.count("origin") == 0 else {
            throw AdministrationRefusal(
                403, "forbidden", "the administration API is not for pages of a browser", reason: "origin_present")
        }
        guard request.peer.userID == nil, request.peer.address != "unix" else { return }
        let host = request.headers.first("host")?.lowercased()
        guard request.headers.count("host") == 1, let host, hosts.contains(host) else {
            throw AdministrationRefusal(
                403, "forbidden", "the Host is not the one that is configured", reason: "host_unknown")
        }
    }

    /// Who is asking: on the socket the operating system says it, elsewhere an access token.
    func identify(
        _ request: ServerRequest, caller: Caller, needing right: AdministrativeRight, at now: NumericDate
    ) throws(AdministrationRefusal) -> Administrator {
        if let userID = request.peer.userID {
            guard userID == 0 || userID == ownUserID else {
                throw AdministrationRefusal(
                    403, "forbidden", "only root and the user of the server may administer it",
                    reason: "peer_not_allowed")
            }
            return Administrator(
                actor: "uid:\(userID)", rights: Set(AdministrativeRight.allCases), address: caller.address,
                requestID: caller.requestID)
        }
        guard request.peer.address != "unix" else {
            throw AdministrationRefusal(
                403, "forbidden", "the operating system does not say who you are", reason: "peer_unknown")
        }
        guard let token = request.bearerToken else { throw AdministrationRefusal.unauthorized() }
        do {
            return try administration.provider.administrator(bearing: token, caller: caller, at: now)
        } catch {
            throw AdministrationRefusal.challenge(401, error.oauthError)
        }
    }
}
