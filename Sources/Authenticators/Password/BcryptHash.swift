/// A bcrypt hash of another system, read when users are imported: `$2b$12$` and 53 characters.
struct BcryptHash: Hashable, Sendable {
    /// bcrypt looks at no more of a password; what is longer is not verified at all.
    static let maximumPasswordLength = 72
    static let costs = 4...15
    /// `$2b$12$` and 22 characters of salt; 31 characters of the hash follow.
    static let settingLength = 29
    private static let length = 60

    let cost: Int
    let encoded: String

    init?(_ fields: PHCFields) {
        guard fields.values.count == 3 else { return nil }
        let (name, cost, rest) = (fields.values[0], fields.values[1], fields.values[2])
        guard ["2a", "2b", "2y"].contains(String(Substring(name))), cost.count == 2, rest.count == 53,
            rest.allSatisfy(Self.isOfItsAlphabet)
        else { return nil }
        // The one number with a leading zero: the field always has two digits.
        let digits = cost.first == UInt8(ascii: "0") ? cost.dropFirst() : cost[...]
        guard let cost = PHCFields.number(digits), Self.costs.contains(cost) else { return nil }
        self.cost = cost
        encoded = "$\(Substring(name))$\(Substring(fields.values[1]))$\(Substring(rest))"
        guard encoded.utf8.count == Self.length else { return nil }
    }

    private static func isOfItsAlphabet(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
