package import ServerHTTP

/// What a gateway is asked to let through: the parts of a request that the decision hangs on.
package struct GatewayQuestion: Sendable {
    /// The value of `Host`, as it came.
    package let host: String
    package let method: RequestMethod
    /// Without the query, as it came.
    package let path: String
    /// All values of `Authorization`.
    package let authorization: [String]
    /// Of the client, where that is known for sure; some API keys are good from some networks only.
    package var address: String?
    /// As they came, for routes that browsers sign in for; `nil` if nobody knows them.
    package var headers: HeaderFields?
    package var query: String?

    package init(host: String, method: RequestMethod, path: String, authorization: [String]) {
        self.host = host
        self.method = method
        self.path = path
        self.authorization = authorization
    }

    /// Where a browser that asks this wants to be; its path alone, or the front page, where the whole is none.
    var target: ReturnTarget {
        let whole = query.map { path + "?" + $0 } ?? path
        return (try? ReturnTarget(whole)) ?? (try? ReturnTarget(path)) ?? .start
    }
}
