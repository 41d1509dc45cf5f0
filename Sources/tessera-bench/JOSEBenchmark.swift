import Crypto
import CryptoExtras
import Foundation
import JOSE

/// What our tokens cost beyond the bare operation of the cryptographic library, in CPU microseconds.
///
/// Bare and ours run in turns and the median of the rounds counts, so that a busy machine disturbs both alike.
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

private func benchmark(_ algorithm: Algorithm, _ claims: [UInt8]) throws {
    let key = try SigningKey.generate(algorithm)
    let signer = JWTSigner(key, type: "at+jwt")
    let token = try signer.sign(claims)
    let input = Array(token.utf8.prefix(upTo: token.utf8.lastIndex(of: UInt8(ascii: ".")) ?? token.utf8.endIndex))
    let bare = try BareOperation(key, input)
    let verificationKey = key.verificationKey
    let rounds = algorithm == .RS256 ? 60 : 400
    try report("\(algorithm.rawValue) sign", rounds: rounds) {
        try bare.sign()
    } ours: {
        guard try signer.sign(claims).utf8.count > 0 else { throw BenchmarkFailure() }
    }
    try report("\(algorithm.rawValue) verify", rounds: 400) {
        guard bare.verify() else { throw BenchmarkFailure() }
    } ours: {
        let token = try UnverifiedJWT(token).verified(by: verificationKey, type: .exactly("at+jwt"))
        guard token.claims.count == 8 else { throw BenchmarkFailure() }
    }
}

private func report(_ name: String, rounds: Int, bare: () throws -> Void, ours: () throws -> Void) throws {
    var bareTimes: [Double] = []
    var ourTimes: [Double] = []
    var differences: [Double] = []
    for _ in 0..<rounds {
        let bareTime = try microseconds(bare)
        let ourTime = try microseconds(ours)
        bareTimes.append(bareTime)
        ourTimes.append(ourTime)
        differences.append(ourTime - bareTime)
    }
    let figures = [median(bareTimes), median(ourTimes), median(differences)].map { String(format: "%.2f", $0) }
    print("\(name) bare \(figures[0]) ours \(figures[1]) difference_us \(figures[2])")
}

/// CPU time of one call, from a batch of twenty.
private func microseconds(_ body: () throws -> Void) throws -> Double {
    let start = cpuNanoseconds()
    for _ in 0..<20 { try body() }
    return Double(cpuNanoseconds() - start) / 20_000
}

private func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

private struct BenchmarkFailure: Error {}

/// The same operation over the same bytes, straight from the library.
private struct BareOperation {
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
