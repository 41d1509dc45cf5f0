import JOSE
import TestSupport
import Testing

/// Project Wycheproof's `json_web_signature_test.json`: attacks and edge cases that libraries have failed.
@Suite struct WycheproofTests {
    private static let file = "json_web_signature_test.json"

    private struct Case {
        let id: Int64
        let isValid: Bool
        let key: JSONObject
        let text: String
    }

    private func cases() throws -> [Case] {
        let limits = JSONLimits(maximumBytes: 4 << 20, maximumMembers: 1 << 16)
        let document = try JSONObject(parsing: VectorFolder.bytes(of: Self.file), limits: limits)
        var cases: [Case] = []
        for group in try #require(document["testGroups"]?.array).compactMap(\.object) {
            let key = try #require(group.object("public") ?? group.object("private"))
            for test in try #require(group["tests"]?.array).compactMap(\.object) {
                cases.append(
                    Case(
                        id: try #require(test.integer("tcId")), isValid: test.string("result") == "valid", key: key,
                        text: try #require(test.string("jws"))))
            }
        }
        return cases
    }

    private func accepts(_ test: Case) -> Bool {
        guard let jwk = try? JSONWebKey(test.key), let key = try? VerificationKey(jwk) else { return false }
        return (try? CompactJWS(test.text).verify(by: key)) != nil
    }

    /// Whether both the key and the header are for one of our algorithms; the file signs two PS384 messages with a key
    /// that it calls a PS256 one.
    private func isSupported(_ test: Case) -> Bool {
        guard let name = test.key.string("alg"), Algorithm(rawValue: name) != nil else { return false }
        guard let jws = try? CompactJWS(test.text) else { return false }
        return Algorithm(rawValue: jws.header.algorithm) != nil
    }

    @Test(.vectors(file), .requirement("7515-10.6-1", "8725-3.3-1", "8725-3.4-1"))
    func `accepts nothing invalid and refuses nothing valid that it supports`() throws {
        let cases = try cases()
        let accepted = cases.filter(accepts)
        let invalidAccepted = accepted.filter { !$0.isValid }.map(\.id)
        let validRefused = cases.filter { $0.isValid && isSupported($0) && !accepts($0) }.map(\.id)
        print(
            "wycheproof: \(cases.count) cases, \(cases.filter(\.isValid).count) valid, \(accepted.count) accepted"
        )
        #expect(cases.count == 401)
        #expect(accepted.count == 16)
        #expect(invalidAccepted.isEmpty)
        #expect(validRefused.isEmpty)
    }
}
