/// How one listener listens.
package struct HTTPServerConfiguration: Sendable {
    /// As logs and metrics name it.
    package var name: String
    package var address: ListenAddress
    /// `nil`: plain HTTP, for loopback and Unix sockets only; the program refuses it elsewhere.
    package var certificates: TLSCertificates?
    /// Whether the public address is `https`, by this listener or a proxy before it.
    package var isSecure: Bool
    package var limits: HTTPLimits
    package var proxies: TrustedProxies
    /// The only values of `Host` that are answered, in lower case; `nil`: any.
    package var hosts: Set<String>?
    package var backlog: Int

    package init(
        name: String, address: ListenAddress, certificates: TLSCertificates? = nil, isSecure: Bool = true,
        limits: HTTPLimits = HTTPLimits(), proxies: TrustedProxies = .none, hosts: Set<String>? = nil,
        backlog: Int = 1_024
    ) {
        self.name = name
        self.address = address
        self.certificates = certificates
        self.isSecure = isSecure
        self.limits = limits.clamped()
        self.proxies = proxies
        self.hosts = hosts
        self.backlog = backlog
    }
}
