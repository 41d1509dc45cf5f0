/// Reads the members of a JWK with their types, and the numbers of each key type with their exact lengths.
struct KeyMembers {
    private let json: JSONObject
    private let form: CoordinateForm

    init(_ json: JSONObject, coordinates: CoordinateForm) {
        self.json = json
        form = json["d"] == nil ? coordinates : .exact
    }

    func string(_ name: String) throws(JOSEError) -> String? {
        guard let value = json[name] else { return nil }
        guard let string = value.string else { throw .invalidKeyMember(name) }
        return string
    }

    func requiredString(_ name: String) throws(JOSEError) -> String {
        guard let string = try string(name) else { throw .missingKeyMember(name) }
        return string
    }

    /// Operations, without duplicates (RFC 7517 §4.3).
    func operations() throws(JOSEError) -> [String]? {
        guard let value = json["key_ops"] else { return nil }
        guard let operations = value.strings, Set(operations).count == operations.count else {
            throw .invalidKeyMember("key_ops")
        }
        return operations
    }

    func numbers(keyType: String, curve: String?) throws(JOSEError) -> KeyNumbers {
        let numbers: KeyNumbers
        switch keyType {
        case "EC": numbers = try curvePoint(curve)
        case "OKP": numbers = try edwardsPoint(curve)
        case "RSA": numbers = try rsa()
        default: throw .unsupportedKeyType  // "oct" too: no shared secret is a key here (RFC 8725 §2.1)
        }
        try KeyMaterial.check(numbers)
        return numbers
    }

    private func curvePoint(_ curve: String?) throws(JOSEError) -> KeyNumbers {
        switch curve {
        case "P-256":
            .p256(x: try coordinate("x", 32), y: try coordinate("y", 32), d: try optionalBytes("d", count: 32))
        case "P-384":
            .p384(x: try coordinate("x", 48), y: try coordinate("y", 48), d: try optionalBytes("d", count: 48))
        case nil: throw .missingKeyMember("crv")
        default: throw .unsupportedCurve
        }
    }

    private func edwardsPoint(_ curve: String?) throws(JOSEError) -> KeyNumbers {
        switch curve {
        case "Ed25519": .ed25519(x: try bytes("x", count: 32), d: try optionalBytes("d", count: 32))
        case nil: throw .missingKeyMember("crv")
        default: throw .unsupportedCurve
        }
    }

    private func rsa() throws(JOSEError) -> KeyNumbers {
        guard json["oth"] == nil else { throw .invalidKeyMember("oth") }
        let n = try number("n")
        let e = try number("e")
        guard json["d"] != nil else {
            for name in ["p", "q", "dp", "dq", "qi"] where json[name] != nil {
                throw .missingKeyMember("d")
            }
            return .rsa(n: n, e: e, private: nil)
        }
        for name in ["dp", "dq", "qi"] where json[name] != nil {
            _ = try number(name)
        }
        let numbers = RSAPrivateNumbers(d: try number("d"), p: try number("p"), q: try number("q"))
        return .rsa(n: n, e: e, private: numbers)
    }

    private func optionalBytes(_ name: String, count: Int) throws(JOSEError) -> [UInt8]? {
        json[name] == nil ? nil : try bytes(name, count: count)
    }

    /// A coordinate in its full length, whatever it was written in. A short one is the number with the fewest octets:
    /// nothing between the two forms is accepted, so that a coordinate has two spellings and not thirty.
    private func coordinate(_ name: String, _ count: Int) throws(JOSEError) -> [UInt8] {
        guard form == .leadingZeroesMayBeMissing else { return try bytes(name, count: count) }
        let text = try requiredString(name)
        guard let bytes = try? Base64URL.decode(text), let first = bytes.first,
            bytes.count == count || bytes.count < count && first != 0
        else { throw .invalidKeyMember(name) }
        return [UInt8](repeating: 0, count: count - bytes.count) + bytes
    }

    /// Octet strings of a curve have the full length, leading zeros included (RFC 7518 §6.2.1.2).
    private func bytes(_ name: String, count: Int) throws(JOSEError) -> [UInt8] {
        let text = try requiredString(name)
        guard let bytes = try? Base64URL.decode(text), bytes.count == count else { throw .invalidKeyMember(name) }
        return bytes
    }

    /// A Base64urlUInt: the fewest octets, so never a leading zero (RFC 7518 §2, RFC 7518 §6.3.1.1).
    private func number(_ name: String) throws(JOSEError) -> [UInt8] {
        let text = try requiredString(name)
        guard text.utf8.count <= 1024, let bytes = try? Base64URL.decode(text), let first = bytes.first, first != 0
        else { throw .invalidKeyMember(name) }
        return bytes
    }
}
