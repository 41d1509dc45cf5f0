import Hummingbird
import OAuth
import OAuthClient

/// How the application answers.
extension WebApplication {
    /// An answer, or a page that says what went wrong without repeating what came in.
    func answering(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch let error as OAuthClientError {
            return page("That did not work", Page.message(words(for: error)), status: .badRequest)
        } catch {
            return page("That did not work", Page.message("The request could not be read."), status: .badRequest)
        }
    }

    private func words(for error: OAuthClientError) -> String {
        switch error {
        case .refused(code: "access_denied", _): "You did not allow the sign-in."
        case .refused(let code, _): "The sign-in was refused (\(code))."
        case .callback: "This sign-in was not started here, or took too long. Please start again."
        case .initiation(.unknownIssuer): "This application does not know that provider."
        case .initiation: "The request to sign in cannot be followed."
        case .ended: "Your session has ended. Please sign in again."
        case .token(let problem): "The provider's answer could not be verified (\(problem.rawValue))."
        case .discovery(let reason), .unavailable(let reason): "The provider cannot be used: \(reason)."
        }
    }

    func page(_ title: String, _ body: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = standing
        headers[.contentType] = "text/html; charset=utf-8"
        // A form's redirect counts as its target, and signing out ends at the provider.
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            + "form-action 'self' \(flow.provider.issuer.origin)"
        return Response(
            status: status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: Page.html(title: title, name: name, body: body))))
    }

    /// An empty cookie removes the one that the browser has.
    func redirect(to location: String, cookie: String? = nil) -> Response {
        var headers = standing
        headers[.location] = location
        if let cookie {
            let age = cookie.isEmpty ? "; Max-Age=0" : ""
            headers[.setCookie] =
                "\(cookieName)=\(cookie); Path=/; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")\(age)"
        }
        return Response(status: .seeOther, headers: headers)
    }

    func file(_ type: String, _ text: String) -> Response {
        var headers = standing
        headers[.contentType] = type
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private var standing: HTTPFields {
        var headers: HTTPFields = [.cacheControl: "no-store", .xContentTypeOptions: "nosniff"]
        // The address of the callback has a code in it.
        if let name = HTTPFields.Element.Name("referrer-policy") { headers[name] = "no-referrer" }
        return headers
    }

    private var isSecure: Bool { base.hasPrefix("https://") }
    /// Cookies do not tell ports apart, and two samples may run on one machine.
    private var cookieName: String {
        isSecure ? "__Host-web-login" : "web-login-" + String(base.reversed().prefix { $0.isNumber }.reversed())
    }

    /// The visitor's cookie; one that is there twice counts as absent.
    func cookie(_ request: Request) -> String? {
        let pairs = request.headers[values: .cookie].joined(separator: ";").split(separator: ";")
        let values = pairs.compactMap { pair -> String? in
            let text = pair.drop { $0 == " " }
            guard text.hasPrefix(cookieName + "=") else { return nil }
            return String(text.dropFirst(cookieName.utf8.count + 1))
        }
        return values.count == 1 ? values.first : nil
    }
}
