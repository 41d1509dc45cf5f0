import FoundationEssentials
import Risk

/// An `https` address that was read so strictly that no other reader can see another host in it.
package struct OutboundURL: Hashable, Sendable {
    /// As it was given, but with the host in lower case: the client below compares hosts byte by byte, and under
    /// another spelling than ``host`` it would not find the address that was checked.
    package let text: String
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
        let host = try Self.host(authority)
        let lowered = authority.map(ByteClass.lowercase) + rest[authority.endIndex...]
        let spelled = "https://" + String(decoding: lowered, as: UTF8.self)
        // A second opinion: the client below reads addresses with this type, and takes the host as it stands there.
        let hosts = [host, "[\(host)]"]
        guard let parsed = URL(string: spelled), parsed.user == nil,
            let encoded = parsed.host(percentEncoded: true), hosts.contains(encoded),
            let plain = parsed.host(percentEncoded: false), hosts.contains(plain)
        else { throw .addressMalformed }
        self.host = host
        self.text = spelled
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
        guard (1...253).contains(name.count), !isName || Self.isName(name) else { throw .addressMalformed }
        return String(decoding: name.map(ByteClass.lowercase), as: UTF8.self)
    }

    /// Labels with something in them: a name with a dot behind it is another text for the same host, and no certificate
    /// has it (RFC 6066 §3).
    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.allSatisfy(isNameCharacter)
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): true
        default: false
        }
    }
}
