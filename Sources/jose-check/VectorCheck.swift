import JOSE

/// Answers one request of the vector protocol by the product's rules; what they refuse is answered `ok: false`.
enum VectorCheck {
    private static let limits = JSONLimits(maximumBytes: 4 * 1024 * 1024, maximumDepth: 32, maximumMembers: 65536)

    static func answer(to line: [UInt8]) -> String {
        do {
            let request = try JSONObject(parsing: line, limits: limits)
            var answer = try answer(to: request)
            answer["ok"] = .bool(true)
            return answer.jsonText
        } catch {
            return JSONObject([("ok", .bool(false)), ("error", .string("\(error)"))]).jsonText
        }
    }

    private static func answer(to request: JSONObject) throws -> JSONObject {
        switch request.string("op") {
        case "verify":
            return JSONObject([("payload", .string(Base64URL.encode(try payload(of: request))))])
        case "thumbprint":
            guard let jwk = request.object("jwk") else { throw Refusal.malformedRequest }
            return JSONObject([("thumbprint", .string(try JSONWebKey(jwk).thumbprint()))])
        default:
            throw Refusal.unsupportedOperation
        }
    }

    private static func payload(of request: JSONObject) throws -> [UInt8] {
        // Only the compact serialization exists here; the JSON one has unprotected headers and several signatures.
        guard let text = request.string("jws") else { throw Refusal.unsupportedSerialization }
        let jws = try CompactJWS(attached(text, request.string("detached")))
        var refusal: any Error = Refusal.noKey
        for key in try keys(of: request, for: jws.header) {
            do {
                let algorithm = key.algorithm == nil ? Algorithm(rawValue: jws.header.algorithm) : nil
                return try jws.verify(by: VerificationKey(key, algorithm: algorithm))
            } catch {
                refusal = error
            }
        }
        throw refusal
    }

    /// Puts detached content back into the empty middle part (RFC 7515 appendix F).
    private static func attached(_ text: String, _ detached: String?) throws -> String {
        guard let detached else { return text }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty else { throw Refusal.malformedRequest }
        return "\(parts[0]).\(Base64URL.encode(detached.utf8)).\(parts[2])"
    }

    private static func keys(of request: JSONObject, for header: JOSEHeader) throws -> [JSONWebKey] {
        if let jwk = request.object("jwk") { return [try JSONWebKey(jwk)] }
        guard let set = request.object("jwks") else { throw Refusal.malformedRequest }
        let keys = try JWKSet(set).keys
        guard let keyID = header.keyID else { return keys }
        return keys.filter { $0.keyID == keyID }
    }
}
