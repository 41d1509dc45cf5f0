import AuthorizationServer
import JOSE
import OAuth

/// Every page of an issuer with its path, and the files that pages refer to.
enum PageRoutes {
    static func all(_ site: PageSite) -> [String: Route] {
        let issuer = site.provider.issuer
        var routes: [String: Route] = [:]
        let groups = [
            AuthorizeRoutes(site: site).routes, SignInRoutes(site: site).routes, ConsentRoutes(site: site).routes,
            LinkRoutes(site: site).routes, AccountRoutes(site: site).routes, LogoutRoutes(site: site).routes,
        ]
        for (page, actions) in groups.joined() {
            routes[page.path(below: issuer)] = Route(page.metricName, actions)
        }
        for home in Set([issuer.path.isEmpty ? "/" : issuer.path, issuer.path + "/"]) {
            routes[home] = Route("home", [.get: homeAction(issuer), .head: homeAction(issuer)])
        }
        return routes.merging(site.renderer.assetRoutes) { page, _ in page }
    }

    /// What answers below the account where no page is: a page, since only people and their browsers ask there. It is
    /// the same for everybody, so it needs no cookie.
    static func belowAccount(_ site: PageSite) -> (prefix: String, route: Route) {
        let nothing = site.shows { visit in
            visit.unnamed.message(.notFound, status: 404, leadingTo: .account, decision: "not_found")
        }
        return (
            PagePath.account.path(below: site.provider.issuer) + "/",
            Route("account_nothing", [.get: nothing, .post: nothing])
        )
    }

    /// Whoever types the server's bare address is a person, and the account page is where people begin. It says nothing
    /// about who asks, so it needs no cookie.
    private static func homeAction(_ issuer: Issuer) -> Route.Action {
        .immediate { _, _ in
            var headers = PageSecurity.headers()
            headers.append("location", PagePath.account.path(below: issuer))
            return ServerResponse(status: 303, headers: headers, facts: RequestFacts(decision: "home"))
        }
    }
}

extension PagePath {
    /// The label in metrics.
    fileprivate var metricName: String {
        String(rawValue.dropFirst().map { $0 == "/" || $0 == "-" ? "_" : $0 })
    }
}
