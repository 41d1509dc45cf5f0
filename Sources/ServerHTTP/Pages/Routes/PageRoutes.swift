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
        for asset in site.renderer.assets.all {
            routes[issuer.path + asset.path] = Route("asset", [.get: .immediate { _, _ in asset.response }])
        }
        return routes
    }
}

extension PagePath {
    /// The label in metrics.
    fileprivate var metricName: String {
        String(rawValue.dropFirst().map { $0 == "/" || $0 == "-" ? "_" : $0 })
    }
}
