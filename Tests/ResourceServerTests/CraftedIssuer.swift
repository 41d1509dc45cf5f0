import JOSE
import OAuth
import ResourceServer
import Synchronization
import Testing

/// An issuer whose tokens and keys a test makes as it likes.
struct CraftedIssuer {
    static let text = "https://as.example"
    static let resource = ResourceIndicator(unchecked: "https://api.example/")
    static let now = NumericDate(secondsSince1970: 1_800_000_000)

    let key: SigningKey
    let issuer: Issuer

    init() throws {
        key = try SigningKey.generate(.ES256)
        issuer = try #require(Issuer(Self.text))
    }

    var keySet: JWKSet { JWKSet(keys: [key.privateJWK.publicKey]) }

    func validator(_ keys: (any KeySource)? = nil, tolerance: Duration = .seconds(30)) -> AccessTokenValidator {
        AccessTokenValidator(
            issuer: issuer, audience: Self.resource, keys: keys ?? FixedKeys(keySet), clockTolerance: tolerance)
    }

    static func claims(_ changes: [(String, JSONValue?)] = []) -> JSONObject {
        var members: [(String, JSONValue)] = [
            ("iss", .string(text)), ("sub", .string("u1")), ("aud", .string(resource.rawValue)),
            ("client_id", .string("app")), ("jti", .string("t1")), ("scope", .string("read write")),
            ("iat", .integer(now.secondsSince1970)), ("exp", .integer((now + .seconds(300)).secondsSince1970)),
            ("auth_time", .integer((now - .seconds(100)).secondsSince1970)), ("acr", .string("2")),
            ("sid", .string("s1")),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return JSONObject(members)
    }

    func token(
        _ changes: [(String, JSONValue?)] = [], type: String = "at+jwt", key: SigningKey? = nil
    ) throws -> Secret {
        Secret(try JWTSigner(key ?? self.key, type: type).sign(Self.claims(changes).jsonBytes))
    }
}

/// Keys that count how often they are asked for: once for each token that is checked and not remembered.
final class CountedKeys: KeySource {
    private let keys: FixedKeys
    private let asked = Mutex(0)

    init(_ keySet: JWKSet) { keys = FixedKeys(keySet) }

    var count: Int { asked.withLock { $0 } }
    var version: UInt64 { 0 }

    func keys(for header: JOSEHeader, at now: NumericDate) async -> [VerificationKey] {
        knownKeys(for: header, at: now) ?? []
    }

    func knownKeys(for header: JOSEHeader, at now: NumericDate) -> [VerificationKey]? {
        asked.withLock { $0 += 1 }
        return keys.knownKeys(for: header, at: now)
    }
}

/// A key set that is downloaded from memory, and counts how often.
final class CraftedDownload: Sendable {
    struct Failure: Error {}

    private let state: Mutex<(answer: KeyCache.Download?, count: Int)>

    init(_ keySet: JWKSet?, lifetime: Duration? = nil) {
        state = Mutex((keySet.map { KeyCache.Download(keySet: $0, lifetime: lifetime) }, 0))
    }

    var count: Int { state.withLock { $0.count } }

    func publish(_ keySet: JWKSet?, lifetime: Duration? = nil) {
        state.withLock { $0.answer = keySet.map { KeyCache.Download(keySet: $0, lifetime: lifetime) } }
    }

    func download() async throws -> KeyCache.Download {
        // Others come meanwhile.
        try await Task.sleep(for: .milliseconds(5))
        return try state.withLock { state in
            state.count += 1
            guard let answer = state.answer else { throw Failure() }
            return answer
        }
    }

    /// With the longest time limit there is: a busy machine is not an issuer that is away.
    func cache(_ policy: KeyCachePolicy = KeyCachePolicy(downloadTimeLimit: .seconds(60))) -> KeyCache {
        KeyCache(policy: policy) { try await self.download() }
    }
}
