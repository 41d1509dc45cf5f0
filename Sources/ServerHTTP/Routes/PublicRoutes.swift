import AuthorizationServer
import Logging
import OAuth

/// Every path of the public listener, in one list.
enum PublicRoutes {
    /// - Parameter pages: `nil` for an issuer that no person signs in at.
    static func table(
        _ provider: OpenIDProvider, pages: PageRenderer?, readiness: Readiness, logger: Logger
    ) -> RouteTable {
        let issuer = provider.issuer
        let sharing = CrossOriginSharing.registered { provider.allowsOrigin($0) }
        let endpoint = { (name: String) in FormEndpoint(name: name, provider: provider, logger: logger) }
        let token = TokenRoute(endpoint: endpoint("token"))
        let introspection = IntrospectionRoute(endpoint: endpoint("introspection"))
        let revocation = RevocationRoute(endpoint: endpoint("revocation"))
        let feed = RevocationFeedRoute(endpoint: endpoint("revocation_feed"))
        let keySet = KeySetRoute(provider: provider)
        let metadata = MetadataRoute(provider: provider)
        let pushed = PushedAuthorizationRoute(endpoint: endpoint("pushed_authorization"))
        let leaks = LeakReportRoute(provider: provider, logger: logger)
        let userInfo = UserInfoRoute(provider: provider, logger: logger)
        var routes: [String: Route] = [
            issuer.path(of: .token): Route("token", sharing: sharing, [.post: .waiting(token.post)]),
            issuer.path(of: .introspection): Route("introspection", [.post: .waiting(introspection.post)]),
            issuer.path(of: .revocation): Route("revocation", sharing: sharing, [.post: .waiting(revocation.post)]),
            issuer.path(of: .revocationFeed): Route(
                "revocation_feed", [.get: .waiting(feed.get), .post: .waiting(feed.post), .head: .waiting(feed.head)]),
            issuer.path(of: .revocationSnapshot): Route(
                "revocation_snapshot", [.get: .waiting(feed.getSnapshot), .post: .waiting(feed.postSnapshot)]),
            issuer.path(of: .revocationFeedKeys): Route(
                "revocation_feed_jwks", sharing: .everyone, [.get: .immediate(keySet.getFeed)]),
            issuer.path(of: .keySet): Route("jwks", sharing: .everyone, [.get: .immediate(keySet.get)]),
            issuer.metadataPath: Route("metadata", sharing: .everyone, [.get: .immediate(metadata.get)]),
            issuer.openIDMetadataPath: Route(
                "openid_metadata", sharing: .everyone, [.get: .immediate(metadata.getOpenID)]),
            issuer.path(of: .pushedAuthorization): Route(
                "pushed_authorization", sharing: sharing, [.post: .waiting(pushed.post)]),
            issuer.path + LeakReportRoute.path: Route("leaked_secrets", [.post: .waiting(leaks.post)]),
            issuer.path(of: .userInfo): Route(
                "userinfo", sharing: sharing, [.get: .waiting(userInfo.answer), .post: .waiting(userInfo.answer)]),
        ]
        let registration =
            provider.policy.registration.isEnabled
            ? RegistrationRoute(provider: provider, logger: logger) : nil
        if let registration {
            routes[issuer.path(of: .registration)] = Route("registration", [.post: .waiting(registration.post)])
        }
        let site = pages.map { PageSite(provider: provider, renderer: $0, logger: logger) }
        let all = routes.merging(site.map(PageRoutes.all) ?? [:]) { route, _ in route }
        let statusLists = StatusListRoute(provider: provider, logger: logger)
        var subtrees = [
            statusLists.prefix: Route("status_list", sharing: .everyone, [.get: .waiting(statusLists.get)])
        ]
        if let nothing = site.map(PageRoutes.belowAccount) { subtrees[nothing.prefix] = nothing.route }
        if let registration {
            subtrees[registration.prefix] = Route(
                "registered_client",
                [
                    .get: .waiting(registration.get), .put: .waiting(registration.put),
                    .delete: .waiting(registration.delete),
                ])
        }
        return RouteTable(
            all.merging(HealthRoute(readiness: readiness).routes) { route, _ in route }, below: subtrees)
    }
}
