import JOSE
import OAuth
import Testing

@Suite struct `The verdict on a token` {
    private let issuer = "https://id.example"

    private let naming = RevocationNaming(at: ResourceIndicator(unchecked: "https://api.example"))

    private func names(
        of resources: [String] = ["https://api.example"], by naming: RevocationNaming
    ) -> RevocationNames {
        RevocationNames(
            AccessTokenClaims(
                issuer: issuer, subject: Subject(unchecked: "u"), clientID: ClientID(unchecked: "c"),
                audience: resources.map(ResourceIndicator.init(unchecked:)), tokenID: TokenID(unchecked: "t"),
                scope: .empty, issuedAt: NumericDate(secondsSince1970: 1),
                expiresAt: NumericDate(secondsSince1970: 2),
                grant: GrantID(unchecked: "g"), epochs: TokenEpochs(subject: 1, client: 2, grant: 3, resource: 4)),
            keyID: "k", by: naming)
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
            RevocationVerdict(of: names(by: naming)) { $0 == naming.name(name) ? value : 0 }
        }
        let own = RevocationName(kind, name, of: issuer)
        #expect(verdict(lowest - 1, on: own) == .valid)
        #expect(verdict(lowest, on: own) == .revoked(kind))
        #expect(verdict(RevocationEntry.ended, on: own) == .revoked(kind))
        #expect(verdict(RevocationEntry.ended, on: RevocationName(kind, name + "x", of: issuer)) == .valid)
        #expect(verdict(RevocationEntry.ended, on: RevocationName(kind, name, of: issuer + "x")) == .valid)
    }

    @Test func `looks, of all resources that the token is for, at the one that asks`() {
        let resources = ["https://a.example", "https://b.example"]
        for asking in resources {
            let naming = RevocationNaming(at: ResourceIndicator(unchecked: asking))
            let names = names(of: resources, by: naming)
            for other in resources {
                let ended = naming.name(RevocationName(.resource, other, of: issuer))
                let verdict = RevocationVerdict(of: names) { $0 == ended ? 5 : 0 }
                #expect(verdict == (other == asking ? .revoked(.resource) : .valid))
            }
        }
    }

    @Test func `is one that no other resource's names lead to`() {
        let own = Set(names(by: naming).mentions.map(\.name))
        #expect(own.count == 6)
        for other in ["https://api.example/", "https://b.example", "https://api.exampl"] {
            let naming = RevocationNaming(at: ResourceIndicator(unchecked: other))
            #expect(own.isDisjoint(with: names(by: naming).mentions.map(\.name)))
        }
        for kind in RevocationName.Kind.allCases {
            #expect(!own.contains(RevocationName(kind, "u", of: issuer)), "the issuer's own name")
        }
    }

    /// Computed with another program from what the reference says, so that nobody changes it unawares.
    @Test func `has names that stay the same`() {
        let name = RevocationName(.subject, "u", of: issuer)
        #expect(name.bytes == Self.bytes("942c6504a2119663dfdeceb2e806f6d8"))
        #expect(naming.name(name).bytes == Self.bytes("c752aba23b94beadf05cab05676f11a0"))
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }
}
