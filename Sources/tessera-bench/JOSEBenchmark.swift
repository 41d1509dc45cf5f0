import Crypto
import CryptoExtras
import Foundation
import JOSE

/// What our tokens cost beyond the bare operation of the cryptographic library, in CPU microseconds.
///
/// Bare and ours run in many short turns, each as often first as second, and the median of the paired differences counts:
/// a busy machine disturbs both alike, and one disturbance spoils one pair.
func joseBenchmark() {
    let claims = Array(
        """
        {"iss":"https://issuer.example","sub":"client-0123456789","aud":"https://api.example",\
        "client_id":"client-0123456789","scope":"orders.read orders.write",\
        "iat":1300819080,"exp":1300819380,"jti":"nkr3wdD5DgW7LV0lWvJmNg"}
        """.utf8)
    do {
        for algorithm in [Algorithm.ES256, .EdDSA, .RS256] {
            try benchmark(algorithm, claims)
        }
    } catch {
        print("jose benchmark failed: \(error)")
    }
}

/// Prints S and V alone: the bare ES256 operations, as the median of short turns.
///
/// V is measured over one signature, and over many by turns, as the tokens are that a server sees for the first time:
/// verifying takes no constant time, and a processor learns the way through one signature, which saves it 4 us of 60.
func bareBenchmark(turns count: Int) {
    do {
        let key = try SigningKey.generate(.ES256)
        let bares = try (0..<500).map { try BareOperation(key, [UInt8](repeating: UInt8($0 / 2), count: 400)) }
        var signing: [Double] = []
        var verifying: [Double] = []
        var verifyingNew: [Double] = []
        var turns = 0
        for _ in 0..<count {
            signing.append(try microseconds(of: 10) { try bares[0].sign() })
            verifying.append(try microseconds(of: 10) { guard bares[0].verify() else { throw BenchmarkFailure() } })
            verifyingNew.append(
                try microseconds(of: 10) {
                    turns = (turns + 1) % bares.count
                    guard bares[turns].verify() else { throw BenchmarkFailure() }
                })
        }
        print(
            "ES256 sign \(text(median(signing))) verify \(text(median(verifying))) new \(text(median(verifyingNew)))")
    } catch {
        print("bare benchmark failed: \(error)")
    }
}

private func benchmark(_ algorithm: Algorithm, _ claims: [UInt8]) throws {
    let key = try SigningKey.generate(algorithm)
    let signer = JWTSigner(key, type: "at+jwt")
    let token = try signer.sign(claims)
    let input = Array(token.utf8.prefix(upTo: token.utf8.lastIndex(of: UInt8(ascii: ".")) ?? token.utf8.endIndex))
    let bare = try BareOperation(key, input)
    let verificationKey = key.verificationKey
    let signing = algorithm == .RS256 ? Turns(count: 2000, calls: 2) : Turns(count: 3000, calls: 10)
    try report("\(algorithm.rawValue) sign", signing) {
        try bare.sign()
    } ours: {
        guard try signer.sign(claims).utf8.count > 0 else { throw BenchmarkFailure() }
    }
    try report("\(algorithm.rawValue) verify", Turns(count: 3000, calls: 10)) {
        guard bare.verify() else { throw BenchmarkFailure() }
    } ours: {
        let token = try UnverifiedJWT(token).verified(by: verificationKey, type: .exactly("at+jwt"))
        guard token.claims.count == 8 else { throw BenchmarkFailure() }
    }
}

/// How many pairs are measured, and how many calls each half of a pair makes.
private struct Turns {
    let count: Int
    let calls: Int
}

private func report(_ name: String, _ turns: Turns, bare: () throws -> Void, ours: () throws -> Void) throws {
    var bareTimes: [Double] = []
    var ourTimes: [Double] = []
    // What is first used or filled must not count.
    for _ in 0..<20 {
        try bare()
        try ours()
    }
    for turn in 0..<turns.count {
        if turn.isMultiple(of: 2) { bareTimes.append(try microseconds(of: turns.calls, bare)) }
        ourTimes.append(try microseconds(of: turns.calls, ours))
        if !turn.isMultiple(of: 2) { bareTimes.append(try microseconds(of: turns.calls, bare)) }
    }
    let differences = zip(ourTimes, bareTimes).map { $0 - $1 }
    print(
        "\(name) bare \(text(median(bareTimes))) ours \(text(median(ourTimes))) difference_us \(text(median(differences)))"
    )
}

struct BenchmarkFailure: Error {}

/// The same operation over the same bytes, straight from the library.
struct BareOperation {
    let sign: () throws -> Void
    let verify: () -> Bool

    init(_ key: SigningKey, _ input: [UInt8]) throws {
        let json = key.privateJWK.json
        func bytes(_ name: String) throws -> [UInt8] { try Base64URL.decode(json.string(name) ?? "") }
        switch key.algorithm {
        case .ES256:
            let key = try P256.Signing.PrivateKey(rawRepresentation: bytes("d"))
            let publicKey = key.publicKey
            let signature = try key.signature(for: input).rawRepresentation
            sign = { _ = try key.signature(for: input).rawRepresentation }
            verify = {
                guard let value = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
                return publicKey.isValidSignature(value, for: input)
            }
        case .EdDSA:
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: bytes("d"))
            let publicKey = key.publicKey
            let signature = try key.signature(for: input)
            sign = { _ = try key.signature(for: input) }
            verify = { publicKey.isValidSignature(signature, for: input) }
        case .RS256:
            let key = try _RSA.Signing.PrivateKey(
                n: bytes("n"), e: bytes("e"), d: bytes("d"), p: bytes("p"), q: bytes("q"))
            let publicKey = key.publicKey
            let signature = try key.signature(for: input, padding: .insecurePKCS1v1_5)
            sign = { _ = try key.signature(for: input, padding: .insecurePKCS1v1_5).rawRepresentation }
            verify = { publicKey.isValidSignature(signature, for: input, padding: .insecurePKCS1v1_5) }
        case .ES384, .PS256:
            throw BenchmarkFailure()
        }
    }
}
