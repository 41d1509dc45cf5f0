import JOSE

/// What must hold for every input of JOSE's parsers; a broken property ends the process like a crash.
enum JOSEProperties {
    /// What was read is written, read and written the same.
    static func json(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes) else { return }
        var writer = JSONWriter()
        value.write(to: &writer)
        // Escapes may make the text longer than a token may be.
        let limits = JSONLimits.document(maximumBytes: bytes.count * 6 + 64)
        guard let again = try? JSONValue(parsing: writer.bytes, limits: limits) else {
            preconditionFailure("what was written is not read")
        }
        precondition(again == value && again.hashValue == value.hashValue, "what was written is read differently")
        var second = JSONWriter()
        again.write(to: &second)
        precondition(second.bytes == writer.bytes, "what was read twice is written differently")
        precondition(!writer.bytes.contains { $0 < 0x20 || $0 == 0x7F }, "a control character was written")
    }

    /// One text for each value, one value for each text.
    static func base64URL(_ bytes: [UInt8]) {
        precondition((try? Base64URL.decode(Base64URL.encode(bytes))) == bytes, "decoding does not undo encoding")
        guard let decoded = try? Base64URL.decode(utf8: bytes) else { return }
        precondition(Base64URL.encodeBytes(decoded) == bytes, "two texts for one value")
    }

    static func jwk(_ bytes: [UInt8]) {
        if let key = try? JSONWebKey(parsing: bytes) { check(key) }
        guard let json = try? JSONObject(parsing: bytes),
            let key = try? JSONWebKey(json, coordinates: .leadingZeroesMayBeMissing)
        else { return }
        check(key)
        let exact = try? JSONWebKey(json)
        precondition(exact == nil || exact == key, "the lenient form changes a key in full")
        precondition(exact != nil || !key.isPrivate && key.keyType == "EC", "more is lenient than public points")
    }

    static func jwkSet(_ bytes: [UInt8]) {
        if let set = try? JWKSet(parsing: bytes) { check(set, of: bytes.count) }
        if let set = try? JWKSet(parsing: bytes, coordinates: .leadingZeroesMayBeMissing) {
            check(set, of: bytes.count)
        }
    }

    private static func check(_ set: JWKSet, of size: Int) {
        for key in set.keys { check(key) }
        // What is missing is filled up: 48 octets in base64url for each of two coordinates at most.
        let limits = JSONLimits.document(maximumBytes: size * 6 + 64 + set.keys.count * 128)
        guard let published = try? JWKSet(parsing: set.publicJSON.jsonBytes, limits: limits) else {
            preconditionFailure("a published set is not read")
        }
        precondition(published.keys == set.keys.map(\.publicKey), "a published set is read differently")
        _ = set.verificationKeys(for: nil as Algorithm?)
    }

    private static func check(_ key: JSONWebKey) {
        precondition((try? JSONWebKey(key.json)) == key, "a key is read differently the second time")
        let publicKey = key.publicKey
        precondition(!publicKey.isPrivate && publicKey.json["d"] == nil, "a public key is private")
        precondition((try? JSONWebKey(publicKey.json)) == publicKey, "a public key is not read")
        precondition(publicKey.thumbprint() == key.thumbprint(), "the two halves of a key have different names")
        for algorithm in Algorithm.allCases {
            guard let verification = try? VerificationKey(key, algorithm: algorithm) else { continue }
            precondition(!verification.isValid([UInt8](repeating: 0, count: 64), for: [1]), "zeros are a signature")
        }
    }

    /// What is accepted is exactly what its parts say.
    static func jws(_ bytes: [UInt8]) {
        guard let jws = try? CompactJWS(utf8: bytes) else { return }
        precondition(Array(jws.signingInput) + [0x2E] + Base64URL.encodeBytes(jws.signature) == bytes, "parts are lost")
        precondition(jws.header.algorithm != "none", "an unsecured message was accepted")
        for key in FuzzKeys.all { _ = try? jws.verify(by: key.verificationKey) }
    }

    /// The input as a token, as a header under a right signature, and as claims under a right signature.
    static func jwt(_ bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) { read(text) }
        // A signature takes longer than all the rest, so only what could be a header or claims gets one.
        guard bytes.first == UInt8(ascii: "{"), bytes.count < 8192 else { return }
        let key = FuzzKeys.signing
        if (try? JOSEHeader(parsing: bytes)) != nil { readSigned(header: bytes, by: key) }
        guard let token = try? JWTSigner(key, type: "JWT").sign(bytes) else { return }
        let claims = (try? UnverifiedJWT(token))
            .flatMap { try? $0.verified(by: key.verificationKey, type: .jwtOrAbsent).claims }
        precondition(claims == (try? JSONObject(parsing: bytes)), "signed claims are read differently")
    }

    private static func readSigned(header bytes: [UInt8], by key: SigningKey) {
        let input = Base64URL.encode(bytes) + ".e30"
        if let signature = try? key.signature(for: Array(input.utf8)) {
            read(input + "." + Base64URL.encode(signature))
        }
    }

    private static func read(_ text: String) {
        guard let token = try? UnverifiedJWT(text) else { return }
        _ = token.claimedIssuer
        _ = token.claimedSubject
        let verified = try? token.verified(by: FuzzKeys.signing.verificationKey, type: .jwtOrAbsent)
        precondition(verified == nil || verified?.header.algorithm == "EdDSA", "another algorithm was accepted")
    }
}
