/// Why a key, a signature or a token is refused; names rules and member names, never key material or content.
public enum JOSEError: Error, Hashable, Sendable {
    case tooLarge
    case wrongNumberOfParts
    case invalidBase64URL
    case invalidJSON(JSONError)

    case invalidHeaderMember(String)
    case criticalHeader
    case unencodedPayload
    case unsupportedAlgorithm
    case algorithmMismatch
    case wrongType
    case invalidSignature

    case unsupportedKeyType
    case unsupportedCurve
    case missingKeyMember(String)
    case invalidKeyMember(String)
    case keySizeOutOfRange
    case keyNotForSignatures
    case privateKeyRequired
    case keyAlgorithmRequired
    case keyAlgorithmMismatch
    case signingFailed
}

extension JOSEError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge: "larger than 16 KiB"
        case .wrongNumberOfParts: "not three parts separated by two dots"
        case .invalidBase64URL: "not canonical base64url"
        case .invalidJSON(let error): error.description
        case .invalidHeaderMember(let name): "header member \(name) is missing or malformed"
        case .criticalHeader: "header has crit"
        case .unencodedPayload: "header has b64"
        case .unsupportedAlgorithm: "algorithm is not supported"
        case .algorithmMismatch: "header algorithm is not the key's"
        case .wrongType: "header typ is not the expected one"
        case .invalidSignature: "signature is not valid"
        case .unsupportedKeyType: "key type is not supported"
        case .unsupportedCurve: "curve is not supported"
        case .missingKeyMember(let name): "key member \(name) is missing"
        case .invalidKeyMember(let name): "key member \(name) is malformed"
        case .keySizeOutOfRange: "RSA key size is out of range"
        case .keyNotForSignatures: "key is not meant for this operation"
        case .privateKeyRequired: "private key required"
        case .keyAlgorithmRequired: "key names no algorithm"
        case .keyAlgorithmMismatch: "key is not for this algorithm"
        case .signingFailed: "signing failed"
        }
    }
}
