/// A request to the authorization endpoint, read completely and believed in nothing (RFC 6749 §4.1.1, OpenID Core
/// §3.1.2.1, RFC 7636 §4.3, RFC 8707 §2.1).
public struct AuthorizationRequest: Hashable, Sendable {
    public let clientID: ClientID
    /// As it was sent; only ``RedirectURI/match(_:registered:allowingLoopbackPorts:)`` makes it usable.
    public let redirectURI: String?
    public let scope: Scope
    /// Returned byte for byte.
    public let state: String?
    public let responseMode: ResponseMode
    public let nonce: String?
    public let codeChallenge: CodeChallenge?
    public let resources: [ResourceIndicator]
    public let prompt: Set<Prompt>
    /// Seconds; 0 means the same as `prompt=login`.
    public let maxAge: Int64?
    public let display: Display
    public let uiLocales: [String]
    public let loginHint: String?
    public package(set) var idTokenHint: String?
    public let acrValues: [String]
    public let claims: ClaimsRequest?
    /// The `claims` parameter itself, to be kept with what was given.
    public let claimsText: String?

    public static let maximumStateLength = 4096
    public static let maximumNonceLength = 512
    public static let maximumHintLength = 256
    public static let maximumIDTokenHintLength = 16 * 1024
    public static let maximumResources = 16

    public init(_ form: FormParameters) throws(AuthorizationRequestError) {
        let frame = try Frame(form)
        do {
            try self.init(form, in: frame)
        } catch let error as OAuthError {
            throw AuthorizationRequestError(error, frame)
        } catch {
            throw AuthorizationRequestError(OAuthError(.invalidRequest, "the request cannot be read"), frame)
        }
    }

    private init(_ form: FormParameters, in frame: Frame) throws {
        clientID = frame.clientID
        redirectURI = frame.redirectURI
        responseMode = frame.responseMode ?? .query
        state = frame.state
        if let problem = frame.problem { throw problem }
        // OpenID Core §6: parameters inside a signed object are a protocol of their own, which is not spoken here.
        guard form["request"] == nil else {
            throw OAuthError(.requestNotSupported, "request objects are not supported")
        }
        guard form["request_uri"] == nil else {
            throw OAuthError(.requestURINotSupported, "only a request_uri of the pushed request endpoint is supported")
        }
        guard form["registration"] == nil else {
            throw OAuthError(.registrationNotSupported, "registration in a request is not supported")
        }
        guard let type = form["response_type"] else {
            throw OAuthError(.invalidRequest, "response_type is missing")
        }
        // RFC 9700 §2.1.2: no token leaves through an address, so `code` is the only one.
        guard type == "code" else {
            throw OAuthError(.unsupportedResponseType, "the only response_type is code")
        }
        codeChallenge = try Self.codeChallenge(form)
        nonce = try Self.text(form, "nonce", Self.maximumNonceLength)
        scope = try Scope(form["scope"] ?? "")
        let resources = form.all("resource")
        guard resources.count <= Self.maximumResources else {
            throw OAuthError(.invalidTarget, "more than \(Self.maximumResources) resources")
        }
        self.resources = try resources.map { try ResourceIndicator($0) }
        prompt = try form["prompt"].map { try Prompt.set($0) } ?? []
        maxAge = try form["max_age"].map { try Self.seconds($0) }
        display = form["display"].flatMap(Display.init) ?? .page
        uiLocales = try Self.list(form, "ui_locales")
        acrValues = try Self.list(form, "acr_values")
        loginHint = try Self.text(form, "login_hint", Self.maximumHintLength)
        idTokenHint = try Self.text(form, "id_token_hint", Self.maximumIDTokenHintLength)
        claimsText = form["claims"]
        claims = try claimsText.map { try ClaimsRequest($0) }
    }

    /// RFC 7636 §4.3: a method that is left out means `plain`, which is refused as such (RFC 9700 §2.1.1).
    private static func codeChallenge(_ form: FormParameters) throws(OAuthError) -> CodeChallenge? {
        let method = form["code_challenge_method"]
        guard let text = form["code_challenge"] else {
            guard method == nil else { throw OAuthError(.invalidRequest, "code_challenge is missing") }
            return nil
        }
        guard method == CodeChallenge.method else {
            throw OAuthError(.invalidRequest, "code_challenge_method must be S256")
        }
        guard let challenge = CodeChallenge(text) else {
            throw OAuthError(.invalidRequest, "code_challenge is not a SHA-256 hash in base64url")
        }
        return challenge
    }

    /// Text without control characters, which no page, log or token should have to carry.
    static func text(_ form: FormParameters, _ name: String, _ limit: Int) throws(OAuthError) -> String? {
        guard let text = form[name] else { return nil }
        guard text.utf8.count <= limit, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw OAuthError(.invalidRequest, "\(name) is too long or has control characters")
        }
        return text
    }

    private static func list(_ form: FormParameters, _ name: String) throws(OAuthError) -> [String] {
        let words = try text(form, name, 1024)?.utf8.split(separator: 0x20) ?? []
        guard words.count <= 32 else { throw OAuthError(.invalidRequest, "\(name) has more than 32 values") }
        return words.map { String(Substring($0)) }
    }

    private static func seconds(_ text: String) throws(OAuthError) -> Int64 {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let seconds = Int64(text)
        else { throw OAuthError(.invalidRequest, "max_age is not a number of seconds") }
        return seconds
    }
}
