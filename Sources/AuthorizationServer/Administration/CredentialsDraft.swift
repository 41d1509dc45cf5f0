package import JOSE
import OAuth
import Storage

/// How a new client or resource is going to prove who it is, as it was asked for.
package struct CredentialsDraft: Sendable {
    package var method: String?
    /// A JWK Set as JSON.
    package var keySet: JSONObject?
    package var keySetURL: String?
    package var assertionAlgorithm: String?

    package init(
        method: String? = nil, keySet: JSONObject? = nil, keySetURL: String? = nil, assertionAlgorithm: String? = nil
    ) {
        self.method = method
        self.keySet = keySet
        self.keySetURL = keySetURL
        self.assertionAlgorithm = assertionAlgorithm
    }
}

/// What is to become of the keys of a client or resource.
package struct CredentialsChange: Sendable {
    package var keySet: JSONObject?
    package var keySetURL: String?
    package var assertionAlgorithm: Replacement<String>

    package init(
        keySet: JSONObject? = nil, keySetURL: String? = nil, assertionAlgorithm: Replacement<String> = .keep
    ) {
        self.keySet = keySet
        self.keySetURL = keySetURL
        self.assertionAlgorithm = assertionAlgorithm
    }

    var isEmpty: Bool { keySet == nil && keySetURL == nil && assertionAlgorithm == .keep }
}

extension DraftCheck {
    static let maximumKeys = 10
    static let keySetURLMaximumLength = 2048
    /// RFC 7518 §6: everything that only the owner of a key may know.
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    mutating func credentials(_ draft: CredentialsDraft, method: AuthenticationMethod) -> RegisteredCredentials {
        var credentials = RegisteredCredentials(method: method)
        guard method == .privateKeyJWT else {
            refuseKeys(draft.keySet != nil, draft.keySetURL != nil, draft.assertionAlgorithm != nil)
            return credentials
        }
        // RFC 7591 §2: jwks and jwks_uri exclude each other.
        if (draft.keySet == nil) == (draft.keySetURL == nil), !hasProblem(with: "jwks"), !hasProblem(with: "jwks_uri") {
            report("jwks", "private_key_jwt needs exactly one of jwks and jwks_uri")
        }
        credentials.keySet = draft.keySet.map { keySet($0) }
        credentials.keySetURL = draft.keySetURL.map { keySetURL($0) }
        credentials.assertionAlgorithm = draft.assertionAlgorithm.flatMap { oneOf($0, "assertion_algorithm") }
        checkFit(of: credentials)
        return credentials
    }

    mutating func change(_ change: CredentialsChange, of current: RegisteredCredentials) -> RegisteredCredentials {
        guard !change.isEmpty else { return current }
        guard current.method == .privateKeyJWT else {
            refuseKeys(change.keySet != nil, change.keySetURL != nil, change.assertionAlgorithm != .keep)
            return current
        }
        var credentials = current
        if change.keySet != nil, change.keySetURL != nil { report("jwks", "give one of jwks and jwks_uri, not both") }
        if let json = change.keySet {
            credentials.keySet = keySet(json)
            credentials.keySetURL = nil
        } else if let url = change.keySetURL {
            credentials.keySetURL = keySetURL(url)
            credentials.keySet = nil
        }
        switch change.assertionAlgorithm {
        case .keep: break
        case .remove: credentials.assertionAlgorithm = nil
        case .set(let name): credentials.assertionAlgorithm = oneOf(name, "assertion_algorithm")
        }
        checkFit(of: credentials)
        return credentials
    }

    private mutating func refuseKeys(_ hasKeySet: Bool, _ hasURL: Bool, _ hasAlgorithm: Bool) {
        if hasKeySet { report("jwks", "goes with the method private_key_jwt only") }
        if hasURL { report("jwks_uri", "goes with the method private_key_jwt only") }
        if hasAlgorithm { report("assertion_algorithm", "goes with the method private_key_jwt only") }
    }

    private mutating func checkFit(of credentials: RegisteredCredentials) {
        guard let algorithm = credentials.assertionAlgorithm, let keySet = credentials.keySet, problems.isEmpty else {
            return
        }
        if keySet.verificationKeys(for: algorithm).isEmpty {
            report("assertion_algorithm", "no key in jwks is for it")
        }
    }

    private mutating func keySet(_ json: JSONObject) -> JWKSet {
        var set = JWKSet(keys: [])
        guard json.count == 1, let elements = json["keys"]?.array else {
            report("jwks", "must be an object with the one member keys, an array")
            return set
        }
        guard (1...Self.maximumKeys).contains(elements.count) else {
            report("jwks.keys", "must hold 1 to \(Self.maximumKeys) keys")
            return set
        }
        for (index, element) in elements.enumerated() {
            guard let key = key(element, field: "jwks.keys[\(index)]") else { continue }
            if let id = key.keyID, set.keys.contains(where: { $0.keyID == id }) {
                report("jwks.keys[\(index)]", "has the kid of another key")
            }
            set.keys.append(key)
        }
        return set
    }

    private mutating func key(_ element: JSONValue, field: String) -> JSONWebKey? {
        guard let object = element.object else {
            report(field, "must be an object")
            return nil
        }
        if let member = Self.privateMembers.first(where: { object[$0] != nil }) {
            report(field, "has the private member \(member); register the public key only and replace this one")
            return nil
        }
        do {
            let key = try JSONWebKey(object, coordinates: .leadingZeroesMayBeMissing)
            // An RSA key that names no algorithm is for either of ours.
            _ = try VerificationKey(key, algorithm: key.algorithm ?? .RS256)
            return key.publicKey
        } catch {
            report(field, "is not accepted: \(error)")
            return nil
        }
    }

    private mutating func keySetURL(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.keySetURLMaximumLength, text.hasPrefix("https://"),
            bytes.allSatisfy({
                (0x21...0x7E).contains($0) && ![0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D].contains($0)
            })
        else {
            report("jwks_uri", "must be an https URL of at most \(Self.keySetURLMaximumLength) bytes")
            return text
        }
        let authority = text.dropFirst(8).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let port = Self.hostAndPort(Substring(authority.lowercased())).map(\.port)
        if authority.contains("@") || text.contains("#") {
            report("jwks_uri", "must not have a user or a fragment")
        } else if port == nil {
            report("jwks_uri", "must name a host")
        } else if let digits = port ?? nil, UInt16(digits).map({ $0 == 0 }) ?? true {
            report("jwks_uri", "has no valid port")
        }
        return text
    }
}
