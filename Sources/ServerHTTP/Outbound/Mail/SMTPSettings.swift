import AuthorizationServer
package import OAuth
import Risk
import Storage

/// The mail server of an installation, and in whose name it sends.
package struct SMTPSettings: Sendable {
    /// How the connection becomes private.
    package enum Security: String, CaseIterable, Hashable, Sendable {
        /// Port 587: in clear until STARTTLS, without which nothing is sent (RFC 3207).
        case startTLS = "starttls"
        /// Port 465: TLS from the first byte (RFC 8314 §3.3).
        case tls
        /// Only for a server on this machine.
        case none
    }

    /// What the mail server knows us by.
    package struct Credentials: Sendable {
        let user: String
        let password: Secret

        package init(user: String, password: Secret) {
            self.user = user
            self.password = password
        }
    }

    /// From whom mails are.
    package struct Sender: Hashable, Sendable {
        let address: String
        let name: String

        /// `nil` if the address cannot stand in an envelope, or the name has characters that no name has.
        package init?(address: String, name: String) {
            guard LoginName(canonical: address).isMailAddress, InternetMessage.isOneLine(address),
                InternetMessage.isOneLine(name), name.utf8.count <= 200
            else { return nil }
            self.address = address
            self.name = name
        }

        /// Of the address; names our Message-IDs, too.
        var domain: Substring { address.split(separator: "@").last ?? "localhost" }
    }

    let host: String
    let port: Int
    let security: Security
    package let sender: Sender
    /// For one mail, from the name lookup to the last reply.
    package var timeLimit: Duration = .seconds(30)
    package var credentials: Credentials?
    /// Certificates in PEM that are trusted beside the system's.
    package var authorityFile: String?

    /// `nil` if the host is neither a host name nor an address, or would be spoken to in clear across a network.
    package init?(host: String, port: Int, security: Security, sender: Sender) {
        guard Self.isHost(host), (1...65_535).contains(port), security != .none || Self.isLoopback(host) else {
            return nil
        }
        self.host = host
        self.port = port
        self.security = security
        self.sender = sender
    }

    /// Nothing that could change the meaning of the URL which libcurl is given.
    package static func isHost(_ text: String) -> Bool {
        if text.contains(":") { return IPAddress(text) != nil && !text.contains("%") }
        return (1...253).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasPrefix(".")
            && text.utf8.allSatisfy(Self.isHostByte)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
        default: false
        }
    }

    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && IPAddress(host) != nil)
    }

    var url: String {
        let authority = host.contains(":") ? "[\(host)]" : host
        return "\(security == .tls ? "smtps" : "smtp")://\(authority):\(port)"
    }
}
