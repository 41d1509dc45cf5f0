import JOSE
import OAuth
import Testing

@Suite struct `The verdict on a token` {
    private let issuer = "https://id.example"

    private func names(of resources: [String] = ["https://api.example"]) -> RevocationNames {
        RevocationNames(
            AccessTokenClaims(
                issuer: issuer, subject: Subject(unchecked: "u"), clientID: ClientID(unchecked: "c"),
                audience: resources.map(ResourceIndicator.init(unchecked:)), tokenID: TokenID(unchecked: "t"),
                scope: .empty, issuedAt: NumericDate(secondsSince1970: 1),
                expiresAt: NumericDate(secondsSince1970: 2),
                grant: GrantID(unchecked: "g"), epochs: TokenEpochs(subject: 1, client: 2, grant: 3, resource: 4)),
            keyID: "k")
    }

    @Test(
        arguments: [
            (.key, "k", 1), (.token, "t", 1), (.subject, "u", 2), (.client, "c", 3), (.grant, "g", 4),
            (.resource, "https://api.example", 5),
        ] as [(RevocationName.Kind, String, Int64)])
    func `is that it is revoked by a higher number only`(
        _ kind: RevocationName.Kind, _ name: String, _ lowest: Int64
    ) {
        func verdict(_ value: Int64, on name: RevocationName) -> RevocationVerdict {
            RevocationVerdict(of: names()) { $0 == name ? value : 0 }
        }
        let own = RevocationName(kind, name, of: issuer)
        #expect(verdict(lowest - 1, on: own) == .valid)
        #expect(verdict(lowest, on: own) == .revoked(kind))
        #expect(verdict(RevocationEntry.ended, on: own) == .revoked(kind))
        #expect(verdict(RevocationEntry.ended, on: RevocationName(kind, name + "x", of: issuer)) == .valid)
        #expect(verdict(RevocationEntry.ended, on: RevocationName(kind, name, of: issuer + "x")) == .valid)
    }

    @Test func `looks at every resource that the token is for`() {
        let second = RevocationName(.resource, "https://b.example", of: issuer)
        let names = names(of: ["https://a.example", "https://b.example"])
        #expect(RevocationVerdict(of: names) { $0 == second ? 5 : 0 } == .revoked(.resource))
        #expect(RevocationVerdict(of: names) { $0 == second ? 4 : 0 } == .valid)
    }
}
