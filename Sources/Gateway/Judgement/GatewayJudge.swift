package import JOSE
import OAuth
package import ResourceServer
import ServerHTTP

/// The one judge of all requests to a gateway, whoever forwards them: the path first, then the route, then the token.
package struct GatewayJudge: Sendable {
    package let routes: GatewayRouteTable
    package let admission: AccessGuard
    package let identity: IdentityHeaders
    /// For routes that ask for it.
    package let signIn: BrowserSignIn?

    package init(
        routes: GatewayRouteTable, admission: AccessGuard, identity: IdentityHeaders = .standard,
        signIn: BrowserSignIn? = nil
    ) {
        self.signIn = signIn
        self.routes = routes
        self.admission = admission
        self.identity = identity
    }

    /// - Parameter purpose: what only goes on is no further use of an API key.
    package func verdict(
        on question: GatewayQuestion, for purpose: AccessPurpose = .request, at now: NumericDate
    ) async -> GatewayVerdict {
        do {
            let (route, path) = try place(of: question)
            guard case .rule(let rule) = route.access else {
                return .allowed(GatewayPass(route: route, path: path, token: nil))
            }
            if route.signsIn, let signIn, let headers = question.headers, question.authorization.isEmpty {
                let (token, text) = try await signIn.admit(
                    question, headers, rule: rule, webSocketOrigins: route.forwarding.webSocketOrigins, at: now)
                return .allowed(GatewayPass(route: route, path: path, token: token, sessionToken: text))
            }
            let token = try await admit(question, rule, for: purpose, at: now)
            return .allowed(GatewayPass(route: route, path: path, token: token))
        } catch {
            return .refused(error)
        }
    }

    /// Where a question leads, for those who tell of it.
    func route(of question: GatewayQuestion) -> GatewayRoute? {
        (try? place(of: question))?.0
    }

    private func place(
        of question: GatewayQuestion
    ) throws(GatewayRefusal) -> (GatewayRoute, NormalisedPath) {
        guard let host = HostName(question.host) else { throw .host }
        let path: NormalisedPath
        do { path = try NormalisedPath(question.path) } catch { throw .path(error) }
        // Of the gateway's own, whatever the routes say.
        guard !OwnPath.holds(path) else { throw .noRoute }
        switch routes.match(host: host, path: path, method: question.method) {
        case .route(let route): return (route, path)
        case .nothing: throw .noRoute
        case .otherMethods(let allow): throw .method(allow: allow)
        }
    }

    private func admit(
        _ question: GatewayQuestion, _ rule: AccessRule, for purpose: AccessPurpose, at now: NumericDate
    ) async throws(GatewayRefusal) -> AccessToken {
        do {
            return try await admission.admit(
                authorization: question.authorization, rule: rule, from: question.address, for: purpose, at: now)
        } catch { throw .access(error) }
    }
}
