import FoundationEssentials
import Risk

/// An `https` address that was read so strictly that no other reader can see another host in it.
package struct OutboundURL: Hashable, Sendable {
    let text: String
    /// Lower case; an IPv6 address without its brackets.
    package let host: String

    static let maximumLength = 2_048

    package init(_ text: String) throws(OutboundError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumLength, bytes.starts(with: "https://".utf8),
            bytes.allSatisfy(Self.isAllowed)
        else { throw .addressMalformed }
        let rest = bytes[8...]
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        host = try Self.host(authority)
        // A second opinion: the client below reads addresses with this type.
        guard let parsed = URL(string: text), let other = parsed.host(percentEncoded: true),
            other.lowercased() == host || other.lowercased() == "[\(host)]", parsed.user == nil
        else { throw .addressMalformed }
        self.text = text
    }

    /// The characters of RFC 3986 §2 without userinfo's `@`, fragments, and what readers disagree about.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~:/?[]!$&'()*+,;=%".utf8.contains(byte)
        }
    }

    private static func host(_ authority: ArraySlice<UInt8>) throws(OutboundError) -> String {
        var name = authority
        var port = authority[authority.endIndex...]
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .addressMalformed }
            name = authority[(authority.startIndex + 1)..<end]
            port = authority[(end + 1)...]
            guard IPAddress(String(decoding: name, as: UTF8.self))?.isIPv4 == false else { throw .addressMalformed }
        } else if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
            name = authority[..<colon]
            port = authority[colon...]
        }
        if !port.isEmpty {
            let digits = port.dropFirst()
            guard port.first == UInt8(ascii: ":"), (1...5).contains(digits.count),
                digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(String(decoding: digits, as: UTF8.self)), (1...65_535).contains(number)
            else { throw .addressMalformed }
        }
        let isName = authority.first != UInt8(ascii: "[")
        guard (1...253).contains(name.count),
            !isName || name.allSatisfy({ ByteClass.hexDigit($0) != nil || Self.isNameCharacter($0) })
        else { throw .addressMalformed }
        return String(decoding: name.map(ByteClass.lowercase), as: UTF8.self)
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
    }
}
