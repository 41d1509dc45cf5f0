import JOSE
import OAuth

/// Requests as text, the way a client writes them.
enum RequestText {
    static let basic = authorization("svc", LiveServer.secret.revealedValue)

    static func authorization(_ user: String, _ password: String) -> String {
        var text = Base64URL.encode(Array("\(user):\(password)".utf8))
            .replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text.append("=") }
        return "Basic \(text)"
    }

    static func get(_ path: String, _ headers: String...) -> String { request("GET", path, headers) }

    static func request(_ method: String, _ path: String, _ headers: [String] = [], body: String? = nil) -> String {
        var text = "\(method) \(path) HTTP/1.1\r\nhost: id.example\r\nconnection: close\r\n"
        for header in headers { text += header + "\r\n" }
        if let body { text += "content-length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + (body ?? "")
    }

    static func form(
        _ path: String, _ body: String, authorization: String? = basic, _ headers: String...
    ) -> String {
        var all = headers + ["content-type: application/x-www-form-urlencoded"]
        if let authorization { all.append("authorization: \(authorization)") }
        return request("POST", path, all, body: body)
    }

    static let token = form("/token", "grant_type=client_credentials&resource=https%3A%2F%2Forders.example")
}
